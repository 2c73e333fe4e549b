#include "strata/report/comparing/baselines.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"
#include "strata/report/rendering/comparison_text.hpp"

using namespace strata;

TEST_CASE("the control has no rate of pretraining: it is the partner at every one") {
  const auto rows = [](const std::string& baseline) {
    std::vector<ComparedRun> runs;
    for (const char* strategy : {"none", "greedy"})
      for (const int64_t size : {100, 200, 300})
        for (const double rate : {0.5, 0.98}) {
          if (strategy == std::string("none") && (rate == 0.5 || size == 300)) continue;
          for (int64_t seed = 0; seed < 3; ++seed) {
            test::RunSpec spec;
            spec.strategy = strategy;
            spec.seed = seed;
            spec.accuracy = 0.9 + 0.1 * rate + 0.0001 * double(size);
            Json record = test::make_record(spec);
            record["config"]["data"]["train_size"] = size;
            record["config"]["pretrain"]["optimizer"]["lr"] = rate;
            runs.push_back(test::planned_run("r.json", record));
          }
        }
    CompareOptions options;
    options.metrics = {"accuracy"};
    options.baseline = baseline;
    return compare(std::move(runs), options);
  };
  // data.train_size, strategy, rate: 100 greedy 0.5, 0.98, none; 200 the same; 300 without control
  const Comparison c = rows("none");  // the value alone, of one key
  CHECK(c.baselines == std::vector<size_t>{2, 5});
  std::vector<std::pair<size_t, size_t>> pairs;
  for (const Paired& paired : c.paired) pairs.emplace_back(paired.group, paired.baseline);
  CHECK(pairs == std::vector<std::pair<size_t, size_t>>{{0, 2}, {1, 2}, {3, 5}, {4, 5}});
  CHECK(
      std::count(c.notes.begin(), c.notes.end(),
                 "rows 7 and 8 were not tested: not one of rows 3 and 6 alone agrees in all other "
                 "settings") == 1);
  CHECK(comparison_text(rows(""), 160).find("--baseline strategy=none\n") != std::string::npos);
}

TEST_CASE("of two rows that without pretraining is the baseline") {
  std::vector<ComparedRun> runs;
  for (const char* strategy : {"end_to_end", "none"})
    for (int64_t seed = 0; seed < 3; ++seed) {
      test::RunSpec spec;
      spec.strategy = strategy;
      spec.seed = seed;
      runs.push_back(test::planned_run("r.json", test::make_record(spec)));
    }
  CompareOptions options;
  options.metrics = {"accuracy"};
  CHECK(compare(runs, options).baselines == std::vector<size_t>{1});
}

TEST_CASE("rows that both lack a setting agree in it") {
  std::vector<ComparedRun> runs;
  for (const char* strategy : {"end_to_end", "none"})
    for (const bool stops : {false, true})
      for (int64_t seed = 0; seed < 3; ++seed) {
        test::RunSpec spec;
        spec.strategy = strategy;
        spec.seed = seed;
        Json record = test::make_record(spec);
        record["config"]["classify"]["early_stopping"] =
            stops ? Json{{"metric", "accuracy"}, {"patience", 2}} : Json();
        runs.push_back(test::planned_run("r.json", record));
      }
  CompareOptions options;
  options.metrics = {"accuracy"};
  CHECK(comparison_text(compare(runs, options), 160).find("--baseline strategy=none\n") !=
        std::string::npos);
  options.baseline = "strategy=none";
  const Comparison c = compare(runs, options);
  REQUIRE(c.groups.size() == 4);
  REQUIRE(c.paired.size() == 2);
  for (const Paired& paired : c.paired) {
    const auto &row = c.groups[paired.group].values, &from = c.groups[paired.baseline].values;
    CHECK(row[0] != from[0]);  // the strategy
    CHECK(row[1] == from[1]);  // stopping, or none on both sides
  }
}

TEST_CASE("a baseline that no row could be tested against is not proposed") {
  std::vector<ComparedRun> runs;
  for (const int64_t size : {100, 200, 300})
    for (int64_t seed = 0; seed < 3; ++seed) {
      test::RunSpec spec;
      spec.strategy = "none";
      spec.seed = seed;
      Json record = test::make_record(spec);
      record["config"]["data"]["train_size"] = size;
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.by = {"strategy", "train_size"};
  const std::string text = comparison_text(compare(runs, options), 160);
  CHECK(text.find("--baseline strategy=none\n") == std::string::npos);
  CHECK(text.find("--baseline train_size=100\n") != std::string::npos);
}
