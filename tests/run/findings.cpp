#include "strata/run/findings.hpp"

#include <algorithm>

#include "run/small_run.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const std::string kOnePair = R"(name: findings
device: cpu
images: false
data: {dataset: {type: synthetic_digits, train: 300, test: 100}, batch_size: 20}
encoder:
  - [{type: linear, units: 20}, tanh]
pretrain: {optimizer: {type: adam, lr: 0.002}, epochs: 20}
classify: {epochs: 20, optimizer: {type: adam, lr: 0.01}}
)";

/// The record's notes, "stage kind".
std::vector<std::string> notes(const std::string& text, Json* record = nullptr) {
  const TemporaryFolder folder("findings");
  const RunOutcome outcome = run(text, folder.path);
  REQUIRE(outcome.error == "");
  check_schema(outcome.record);
  const Json read = read_record(outcome.record);
  if (record != nullptr) *record = read;
  std::vector<std::string> list;
  for (const Json& note : read["notes"])
    list.push_back(note.value("stage", "") + " " + note["kind"].get<std::string>());
  return list;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("of a run that learned there is nothing to note") {
  CHECK(notes(with(kOnePair, "units: 20}, tanh", "units: 20}")) == Lines{});
}

TEST_CASE("a stage that rebuilds no better than the mean image is noted, and one that guesses") {
  Json record;
  CHECK(notes(with(with(kOnePair, "lr: 0.002", "lr: 1.0e-12"), "lr: 0.01", "lr: 1.0e-12"),
              &record) == Lines{"pretrain-1 mean_image", "classify chance"});
  CHECK(record["notes"][0]["text"].get<std::string>().rfind(
            "it rebuilds no better than the mean image does: reconstruction_error 0.", 0) == 0);
  CHECK(record["notes"][1]["text"].get<std::string>().find("the commonest class has 0.100") !=
        std::string::npos);
}

TEST_CASE("codes that are the same for every sample are noted, and so are single dead units") {
  const auto relu = [](const std::string& bias) {
    return with(kOnePair, "{type: linear, units: 20}, tanh",
                "{type: linear, units: 20, bias_init: " + bias + "}, relu");
  };
  const Lines dead = notes(relu("{type: normal, mean: -1000, std: 0.001}"));
  CHECK(std::count(dead.begin(), dead.end(), "pretrain-1 same_codes") == 1);
  CHECK(std::count(dead.begin(), dead.end(), "classify same_codes") == 1);
  Json record;
  const Lines some = notes(relu("{type: uniform, bound: 30}"), &record);
  CHECK(std::count(some.begin(), some.end(), "pretrain-1 dead_units") == 1);
  CHECK(std::count(some.begin(), some.end(), "pretrain-1 same_codes") == 0);
}

TEST_CASE("units that are always at an end of their range are noted") {
  const Lines found =
      notes(with(kOnePair, "{type: linear, units: 20}",
                 "{type: linear, units: 20, weight_init: {type: uniform, bound: 10000}}"));
  CHECK(std::count(found.begin(), found.end(), "pretrain-1 saturated_units") == 1);
}
