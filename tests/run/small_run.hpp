#pragma once
// One small experiment and its runs, for the tests of the runner and of its record.
#include <cstdlib>

#include "folder.hpp"
#include "run/small.hpp"
#include "strata/record/record.hpp"
#include "strata/support/files.hpp"
#include "strata/train/safetensors.hpp"

namespace strata::testing {

/// 70 training samples, 10 of which are for validation; a short last batch (60 = 25 + 25 + 10).
inline const std::string kSmallRun = R"(name: small
seed: 3
dtype: float64
device: cpu
data: {dataset: {type: synthetic_digits, train: 70, test: 30}, batch_size: 25, validation_size: 10}
encoder:
  - [{type: linear, units: 8}, tanh]
  - [{type: linear, units: 5}, tanh]
pretrain: {strategy: {type: greedy, train: all}, optimizer: {type: sgd, lr: 0.5}, epochs: [3, 2]}
classify: {epochs: 4, optimizer: {type: sgd, lr: 0.1, momentum: 0.9},
           metrics: [accuracy, per_class_accuracy, confusion_matrix]}
)";

inline RunOutcome run(const std::string& text, const std::filesystem::path& out,
                      RunOptions options = {}) {
  const Loaded loaded = load_good(text);
  options.out = out;
  options.quiet = true;
  options.command_line = {"strata", "run", "small.yaml"};
  return run_experiment(loaded.experiment, loaded.plan, options);
}

/// The folder that the run of a file's text goes to.
inline std::filesystem::path folder_of(const std::string& text, const std::filesystem::path& out) {
  const Loaded loaded = load_good(text);
  return out / loaded.experiment.settings.name / loaded.experiment.run_id();
}

/// The one run that most cases look at.
struct Finished {
  TemporaryFolder folder{"runner"};
  RunOutcome outcome = run(kSmallRun, folder.path);
  Json record = read_record(outcome.record);
  std::filesystem::path path = outcome.record.parent_path();
};

inline const Finished& finished() {
  static const Finished run;
  return run;
}

inline Tensor tensor_of(const std::filesystem::path& file, const std::string& name) {
  for (const Parameter& p : from_safetensors(read_file(file), file.string()))
    if (p.name == name) return p.value;
  FAIL("no tensor ", name);
  return {};
}

/// A Python with the jsonschema package (Debian: python3-jsonschema), or "".
inline std::string python_with_jsonschema() {
  for (const char* python : {"python3", "/usr/bin/python3"})
    if (std::system(
            fmt::format("{} -W ignore -c 'import jsonschema' 2>/dev/null", python).c_str()) == 0)
      return python;
  return "";
}

/// A file against framework/record/<schema>.schema.json.
inline void check_schema(const std::filesystem::path& record,
                         const std::string& schema = "record") {
  static const std::string python = python_with_jsonschema();
  if (python.empty()) {
    MESSAGE("the schema is not checked: no Python with jsonschema here");
    return;
  }
  const std::string command = fmt::format(
      "{} -W ignore -c 'import json, sys, jsonschema; "
      "jsonschema.validate(json.load(open(sys.argv[2])), "
      "json.load(open(sys.argv[1])))' '{}/framework/record/{}.schema.json' '{}'",
      python, STRATA_SOURCE_DIR, schema, record.string());
  CHECK(std::system(command.c_str()) == 0);
}

}  // namespace strata::testing
