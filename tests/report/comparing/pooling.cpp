#include "strata/report/comparing/grouping.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "report/make_records.hpp"
#include "strata/report/comparing/comparison.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/support/errors.hpp"

using namespace strata;
using doctest::Approx;
using test::RunSpec;
using Strings = std::vector<std::string>;

namespace {

ComparedRun run(const std::string& strategy, double rate, int64_t seed, double accuracy) {
  RunSpec spec;
  spec.strategy = strategy;
  spec.train = "new";
  spec.seed = seed;
  Json record = test::make_record(spec);
  record["config"]["pretrain"]["optimizer"]["lr"] = rate;
  record["metrics"]["test"]["accuracy"] = accuracy;
  return test::planned_run("r.json", record);
}

/// Three rates of pretraining: `none` uses none of them, and its nine runs are three with their
/// repetitions. Greedy gains 0.03 at seed 0, 0.04 at 1 and 0.05 at 2, and 0.001 more or less by the
/// rate.
std::vector<ComparedRun> strategy_by_rate() {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed) {
    const double control = 0.90 + 0.002 * double(seed * seed);
    for (const double rate : {0.9, 0.95, 1.0}) {
      runs.push_back(run("none", rate, seed, control));
      runs.push_back(
          run("greedy", rate, seed, control + 0.03 + 0.01 * double(seed) + 0.02 * (rate - 0.95)));
    }
  }
  return runs;
}

CompareOptions against(const Strings& by, const std::string& baseline) {
  CompareOptions made;
  made.by = by;
  made.metrics = {"accuracy", "training_seconds"};
  made.baseline = baseline;
  return made;
}

}  // namespace

TEST_CASE("pairs are counted by seed, however many settings a row mixes") {
  for (const char* key :
       {"pretrain.strategy", "pretrain.strategy.type", "strategy", "strategy.type"}) {
    CAPTURE(key);
    const Comparison c = compare(strategy_by_rate(), against({key}, std::string(key) + "=none"));
    CHECK(c.keys == Strings{"pretrain.strategy"});
    REQUIRE(c.groups.size() == 2);
    CHECK(c.groups[0].runs.size() == 9);
    CHECK(c.groups[1].runs.size() == 3);
    REQUIRE(c.paired.size() == 1);  // training_seconds is not tested
    CHECK(c.paired[0].test.difference.n == 3);
    CHECK(c.paired[0].unpaired == 0);
    CHECK(c.paired[0].test.difference.mean == Approx(0.04));
    CHECK(c.paired[0].test.difference.sd == Approx(0.01));
    CHECK(c.paired[0].test.t == Approx(0.04 / (0.01 / std::sqrt(3.0))));
    CHECK(c.groups[1].cells[0].summary.n == 3);
    CHECK(comparison_text(c, 200).find("(n 3)") != std::string::npos);
  }
}

TEST_CASE("what a setting does not touch is one row, and may be the baseline of a sweep") {
  const Comparison c = compare(strategy_by_rate(), against({}, "strategy=none"));
  CHECK(c.keys == Strings{"pretrain.strategy", "pretrain.optimizer.lr"});
  REQUIRE(c.groups.size() == 4);
  CHECK(c.groups[3].values == Strings{"none", ""});
  CHECK(c.groups[3].runs.size() == 3);
  CHECK(c.baselines == std::vector<size_t>{3});
  REQUIRE(c.paired.size() == 3);
  CHECK(c.paired[0].test.difference.n == 3);
  CHECK(c.paired[0].test.difference.mean == Approx(0.039));
}

TEST_CASE("a pretraining that is none has no rate, and its repetitions do not count") {
  std::vector<ComparedRun> runs = {run("greedy", 0.9, 0, 0.92), run("greedy", 1.0, 0, 0.91)};
  for (const double rate : {0.9, 0.5}) runs.push_back(run("none", rate, 0, 0.90));
  const Comparison c = compare(runs);
  CHECK(c.keys == Strings{"pretrain.strategy", "pretrain.optimizer.lr"});
  REQUIRE(c.groups.size() == 3);
  CHECK(c.groups[2].values == Strings{"none", ""});
  CHECK(c.groups[2].runs.size() == 1);
  CHECK(
      c.notes ==
      Strings{"1 run repeats the settings and seed of another and takes no part in the figures: no "
              "independent sample"});
}

TEST_CASE("a baseline of several rows is answered with what chooses one") {
  std::string message;
  try {
    compare(strategy_by_rate(), against({}, "strategy=greedy"));
  } catch (const UserError& error) {
    message = error.what();
  }
  CHECK(message ==
        "--baseline: 'strategy=greedy' is 3 rows:\n"
        "  pretrain.strategy=greedy, pretrain.optimizer.lr=0.9\n"
        "  pretrain.strategy=greedy, pretrain.optimizer.lr=0.95\n"
        "  pretrain.strategy=greedy, pretrain.optimizer.lr=1\n"
        "choose one: --baseline strategy=greedy,pretrain.optimizer.lr=0.9");
}

TEST_CASE("three rows or more say how they are tested; a value alone is a baseline of one key") {
  const Comparison several = compare(strategy_by_rate(), against({}, ""));
  CHECK(comparison_text(several, 120)
            .find("\nTo test the rows against one of them: --baseline "
                  "strategy=none\n") != std::string::npos);
  const Comparison two = compare(strategy_by_rate(), against({"strategy"}, ""));
  CHECK(comparison_text(two, 120).find("To test the rows") == std::string::npos);
  const Comparison by_rate = compare(strategy_by_rate(), against({"lr"}, "0.95"));
  REQUIRE(by_rate.baselines.size() == 1);
  CHECK(by_rate.groups[by_rate.baselines[0]].values[0] == "0.95");
  CHECK(comparison_text(by_rate, 120).find("To test the rows") == std::string::npos);
}

TEST_CASE("a row of several values in a flag says how many of its runs have each") {
  std::vector<ComparedRun> runs = strategy_by_rate();
  for (ComparedRun& run : runs)
    run.facts = {{"epochs", "stages[].epochs of pretrain", run.pretrained ? "6" : "0", ""}};
  const Comparison c = compare(runs, against({"dtype"}, ""));
  REQUIRE(c.flags.size() == 1);
  CHECK(c.flags[0].differences.at(0).sides.size() == 2);
  CHECK(c.flags[0].text().find("6 in 9 runs of row 1, 0 in 3 runs of row 1") != std::string::npos);
}

TEST_CASE("runs that failed before their first epoch are named, and make neither row nor column") {
  std::vector<ComparedRun> runs = strategy_by_rate();
  Json record = test::make_record({});
  record["status"] = "failed";
  record["config"]["device"] = "cuda";
  record["stages"] = Json::array();
  record.erase("metrics");
  runs.push_back(test::planned_run("r.json", record));
  const Comparison c = compare(runs, against({}, ""));
  CHECK(c.keys == Strings{"pretrain.strategy", "pretrain.optimizer.lr"});
  CHECK(c.groups.size() == 4);
  CHECK(c.unstarted.size() == 1);
  CHECK(c.notes.back() == "1 run failed before the first epoch: lecture-mnist-greedy/" +
                              record["run_id"].get<std::string>());
  CHECK(comparison_text(c, 120).find("19 runs (18 completed, 1 failed) in 4 rows") !=
        std::string::npos);
}
