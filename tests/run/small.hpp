#pragma once
// Small experiments, for the tests of planning and running.
#include "strata/run/runner.hpp"
#include "testing.hpp"

namespace strata::testing {

using Lines = std::vector<std::string>;

/// Two pairs and a classifier, all settings their defaults.
inline const std::string kPlanned = R"(name: plan
data: {dataset: synthetic_digits}
encoder:
  - [{type: linear, units: 8}, tanh]
  - [{type: linear, units: 5}, tanh]
pretrain: {strategy: {type: greedy, train: all}}
classify: {}
)";
inline const std::string kGreedy = "{type: greedy, train: all}";  // of kPlanned

struct Loaded {
  LoadedExperiment experiment;
  Plan plan;
  Issues issues;

  /// "4:13: message (at key.path)", each mistake.
  std::vector<std::string> messages() const {
    std::vector<std::string> list;
    for (const Issue& issue : issues.all())
      list.push_back(fmt::format("{}:{}: {}{}", issue.origin.line, issue.origin.column,
                                 issue.message,
                                 issue.path.empty() ? "" : " (at " + issue.path + ")"));
    return list;
  }
};

/// An experiment from a file's text, as the command loads it.
inline Loaded load(const std::string& text, const Host& host = {}) {
  Loaded loaded;
  LoadedExperiment& experiment = loaded.experiment;
  experiment.file = "small.yaml";
  experiment.text = text;
  experiment.tree = parse_yaml(std::make_shared<Source>(Source{"small.yaml", text}), loaded.issues);
  set_paths(experiment.tree);
  experiment.settings = read_experiment(experiment.tree, loaded.issues);
  loaded.plan = make_plan(experiment.settings, experiment.tree, loaded.issues, host);
  return loaded;
}

/// The mistakes of a file's text.
inline std::vector<std::string> mistakes(const std::string& text, const Host& host = {}) {
  return load(text, host).messages();
}

inline Loaded load_good(const std::string& text) {
  Loaded loaded = load(text);
  INFO(loaded.issues.format());
  REQUIRE(loaded.issues.ok());
  return loaded;
}

/// `text` with one part replaced by another.
inline std::string with(std::string text, const std::string& part, const std::string& other) {
  const size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

}  // namespace strata::testing
