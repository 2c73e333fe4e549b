#include "strata/report/choosing/where.hpp"

#include <doctest/doctest.h>

#include "report/compared.hpp"
#include "strata/yaml/issues.hpp"

using namespace strata;
using namespace strata::test;

namespace {

/// a: greedy, 0.1, seed 0, accuracy 0.91; b: greedy, 1, seed 1, 0.95; c: none, 0.1, seed 2, failed.
std::vector<ComparedRun> three() {
  std::vector<ComparedRun> runs;
  for (int64_t i = 0; i < 3; ++i) {
    RunSpec spec;
    spec.name = std::string(1, static_cast<char>('a' + i)) + "-study";
    spec.lr = i == 1 ? 1.0 : 0.1;
    spec.seed = i;
    spec.strategy = i == 2 ? "none" : "greedy";
    if (i == 2) spec.status = "failed";
    runs.push_back(run(spec, [&](Json& record) {
      if (i < 2) record["metrics"]["test"]["accuracy"] = i == 0 ? 0.91 : 0.95;
      record["timing"]["start"] = "2026-11-2" + std::to_string(3 + i) + "T12:00:00Z";
      record["provenance"]["device"] = i == 0 ? "cuda" : "cpu";
      if (i == 0) record["tags"] = {"good", "paper"};
      if (i == 1) record["note"] = "the second try";
    }));
  }
  return runs;
}

/// The first letters of the runs of which it holds.
std::string where(const std::string& condition) {
  std::string found;
  for (const ComparedRun& run : runs_where(three(), condition)) found += run.name[0];
  return found;
}

std::string refused(const std::string& condition) {
  try {
    where(condition);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("runs by figure, setting, status, name, seed, date and machine") {
  CHECK(where("") == "abc");
  CHECK(where("accuracy > 0.92") == "b");
  CHECK(where("accuracy = 0.91") == "a");
  CHECK(where("accuracy = 0.910") == "a");
  CHECK(where("strategy = greedy") == "ab");
  CHECK(where("pretrain.strategy.type = greedy") == "ab");
  CHECK(where("lr <= 0.1") == "ac");  // of the classifier: that of pretraining does not vary
  CHECK(where("status = completed") == "ab");
  CHECK(where("status != completed") == "c");
  CHECK(where("name ~ -study and not name = b-study") == "ac");
  CHECK(where("seed >= 1") == "bc");
  CHECK(where("device = cuda") == "a");
  CHECK(where("provenance.device = cpu") == "bc");
  CHECK(where("accuracy > 0.9 and strategy = greedy and status = completed") == "ab");
  CHECK(where("seed = 0 or (seed > 0 and status = failed)") == "ac");
}

TEST_CASE("a tag is one of the run's, whichever") {
  CHECK(where("tag = good") == "a");
  CHECK(where("tag = good and tag = paper") == "a");
  CHECK(where("tag != good") == "bc");
  CHECK(where("tag = -") == "bc");
  CHECK(where("tag ~ pap") == "a");
  CHECK(where("note ~ second") == "b");
}

TEST_CASE("a date is compared as exactly as it is given") {
  CHECK(where("date = 2026-11-24") == "b");
  CHECK(where("date <= 2026-11-24") == "ab");
  CHECK(where("date > 2026-11-24") == "c");
  CHECK(where("date > 2026-11-24T11") == "bc");
  CHECK(where("date < 2026") == "");
}

TEST_CASE("what a run lacks is '-': only = and != can hold of it") {
  CHECK(where("accuracy = -") == "c");
  CHECK(where("accuracy != -") == "ab");
  CHECK(where("accuracy < 1") == "ab");
  CHECK(where("not accuracy < 1") == "c");
  CHECK(where("accuracy != 0.91") == "bc");
  CHECK(where("pretrain.strategy.train = -") == "c");
}

TEST_CASE("a text in quotes is no number") {
  CHECK(where("classify.optimizer.lr = 1e-1") == "ac");
  CHECK(where("classify.optimizer.lr = '1e-1'") == "");
}

TEST_CASE("every mistake is told, with its place and the nearest name") {
  const std::string said = refused("acuracy > 0.9 and status = complete or lr = 0.1");
  CHECK(said.find(
            "--where:1:1: error: no run has a setting or figure 'acuracy'; near it: accuracy") ==
        0);
  CHECK(said.find("\n  1 | acuracy > 0.9 and status = complete or lr = 0.1\n    | ^") !=
        std::string::npos);
  CHECK(
      said.find("--where:1:28: error: no run has the status 'complete'; did you mean "
                "'completed'? Known: completed, running, failed, diverged, interrupted, killed") !=
      std::string::npos);
  CHECK(refused("accuracy > high")
            .find("--where:1:12: error: expected a number after 'accuracy >', "
                  "not 'high'") == 0);
  CHECK(refused("strategy < none").find("expected a number after") != std::string::npos);
  CHECK(refused("name > b").find("'>' compares numbers and dates: name takes =, != or ~") !=
        std::string::npos);
  CHECK(refused("accuracy ~ 9").find("'~' asks what a text contains, and accuracy is a number") !=
        std::string::npos);
  CHECK(refused("accuracy < -").find("'-' is no value: it is taken by = and != alone") !=
        std::string::npos);
  CHECK(
      refused("date > yesterday").find("'yesterday' is no date; expected one such as 2026-11-28") !=
      std::string::npos);
  CHECK(refused("units = 400").find("'units' may mean ") != std::string::npos);
  CHECK(refused("(seed = 1").find("--where:1:1: error: the bracket is not closed") == 0);
}
