#include "strata/run/measure_finished.hpp"

#include "run/small_run.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

const std::string kAll = "[accuracy, per_class_accuracy, confusion_matrix]";

/// A run with the accuracy alone, in a folder of its own.
struct Plain {
  TemporaryFolder folder{"measure"};
  RunOutcome outcome = run(with(kSmallRun, kAll, "[accuracy]"), folder.path);

  RunOutcome measure(const std::string& text) const {
    const Loaded loaded = load_good(text);
    RunOptions options;
    options.out = folder.path;
    return measure_finished(loaded.experiment, loaded.plan, options);
  }
};

}  // namespace

TEST_CASE("a metric that a finished run lacks is taken from its weights, to the bit") {
  const Plain plain;
  const Json before = read_record(plain.outcome.record);
  CHECK_FALSE(before["metrics"]["test"].contains("confusion_matrix"));
  CHECK(lacking_metrics(load_good(kSmallRun).experiment.settings, before) ==
        std::vector<std::string>{"per_class_accuracy", "confusion_matrix"});
  const RunOutcome outcome = plain.measure(kSmallRun);
  CHECK(outcome.status == "completed");
  CHECK(outcome.record == plain.outcome.record);
  check_schema(outcome.record);
  Json after = read_record(outcome.record);
  for (const char* split : {"test", "validation"})
    CHECK(nlohmann::json(after["metrics"][split]) ==
          nlohmann::json(finished().record["metrics"][split]));  // of a run that had them all
  CHECK(lacking_metrics(load_good(kSmallRun).experiment.settings, after).empty());
  after["metrics"] = before["metrics"];
  after["config"] = before["config"];
  for (const char* key : {"sha256", "files", "config_hash"}) after[key] = before[key];
  CHECK(Json::diff(after, before) == Json::array());
}

TEST_CASE("a metric of reconstructions goes through every pair that was trained") {
  const TemporaryFolder folder("measure-pairs");
  const auto text = [](const std::string& metrics) {
    return with(with(kSmallRun, "train: all", "train: new"), "epochs: [3, 2]",
                "epochs: [3, 2], metrics: " + metrics);
  };
  const Json whole = read_record(run(text("[reconstruction_error]"), folder.path / "a").record);
  REQUIRE(run(text("[]"), folder.path / "b").status == "completed");
  const Loaded loaded = load_good(text("[reconstruction_error]"));
  RunOptions options;
  options.out = folder.path / "b";
  const RunOutcome outcome = measure_finished(loaded.experiment, loaded.plan, options);
  REQUIRE(outcome.error == "");
  CHECK(read_record(outcome.record)["metrics"]["test"]["reconstruction_error"] ==
        whole["metrics"]["test"]["reconstruction_error"]);
}

TEST_CASE("weights that are gone, or not what they were, are told, and nothing is changed") {
  const Plain plain;
  const std::string before = read_file(plain.outcome.record);
  const fs::path weights = plain.outcome.record.parent_path() / "weights" / "classify.safetensors";
  std::string bytes = read_file(weights);
  bytes.back() ^= 1;
  write_file_atomically(weights, bytes);
  const RunOutcome changed = plain.measure(kSmallRun);
  CHECK(changed.status == "failed");
  CHECK(changed.error == weights.string() +
                             " is not what the record says; --again trains the run "
                             "anew, with every metric");
  fs::remove(weights);
  CHECK(plain.measure(kSmallRun).error.rfind("cannot read " + weights.string(), 0) == 0);
  CHECK(read_file(plain.outcome.record) == before);
}
