#include "strata/report/comparing/grouping.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "report/make_records.hpp"
#include "strata/report/comparing/comparison.hpp"

using namespace strata;
using Strings = std::vector<std::string>;

namespace {

ComparedRun grouped_run(double lr, int64_t seed, const std::function<void(Json&)>& change) {
  test::RunSpec spec;
  spec.lr = lr;
  spec.seed = seed;
  Json record = test::make_record(spec);
  change(record);
  return test::planned_run("r.json", record);
}

Comparison by_keys(const std::vector<ComparedRun>& runs, const Strings& by) {
  CompareOptions options;
  options.by = by;
  options.metrics = {"accuracy"};
  return compare(runs, options);
}

}  // namespace

TEST_CASE("what differs between rows but within none is not mixed") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed) {
    runs.push_back(grouped_run(0.1, seed, [](Json& r) { r["config"]["classify"]["epochs"] = 20; }));
    runs.push_back(grouped_run(1.0, seed, [](Json&) {}));
  }
  CHECK(by_keys(runs, {"classify.optimizer.lr"}).notes ==
        Strings{"the rows differ in classify.epochs too, which --by does not name"});
  CHECK(by_keys(runs, {"classify.optimizer.lr", "classify.epochs"}).notes.empty());
  CHECK(by_keys(runs, {}).notes.empty());
  runs.push_back(grouped_run(1.0, 0, [](Json& r) { r["config"]["classify"]["epochs"] = 30; }));
  CHECK(by_keys(runs, {"classify.optimizer.lr"}).notes ==
        Strings{"rows mix runs of different classify.epochs: each figure is the mean of a seed's "
                "runs, and pairs are counted by seed"});
}

TEST_CASE("under --by no row mixes runs on different test data") {
  std::vector<ComparedRun> runs;
  const auto add = [&](const std::string& dataset, int64_t train_size, int64_t test_size) {
    for (int64_t seed = 0; seed < 3; ++seed) {
      test::RunSpec spec;
      spec.dataset = dataset;
      spec.seed = seed;
      Json record = test::make_record(spec);
      record["config"]["data"]["train_size"] = train_size;
      record["config"]["data"]["test_size"] = test_size;
      record["data"]["splits"]["test"]["class_counts"] = {test_size};
      runs.push_back(test::planned_run("r.json", record));
    }
  };
  add("mnist", 500, 100);
  add("fashion_mnist", 1000, 100);  // the size is another too, but the data set tells it
  const std::string note = " which --by does not name, tells them apart too";
  const Comparison two = by_keys(runs, {"strategy"});
  CHECK(two.keys == Strings{"pretrain.strategy", "data.dataset"});
  REQUIRE(two.groups.size() == 2);
  CHECK(two.groups[0].values == Strings{"greedy", "fashion_mnist"});
  CHECK(two.notes.at(0) == "rows never mix runs on different test data: data.dataset," + note);
  CHECK(by_keys(runs, {"strategy", "dataset"}).keys ==
        Strings{"pretrain.strategy", "data.dataset"});
  add("mnist", 500, 200);
  const Comparison three = by_keys(runs, {"strategy"});
  CHECK(three.keys == Strings{"pretrain.strategy", "data.dataset", "data.test_size"});
  CHECK(three.groups.size() == 3);
  CHECK(three.notes.at(0) ==
        "rows never mix runs on different test data: data.dataset, data.test_size," + note);
}

TEST_CASE("a key that is asked for is never said to be mixed, nor what holds it to differ") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed) {
    runs.push_back(grouped_run(0.1, seed, [](Json&) {}));
    runs.push_back(grouped_run(0.1, seed, [](Json& r) {
      r["config"]["dtype"] = "float32";
      r["config"]["data"]["order"] = "sequential";
      r["config"]["classify"]["early_stopping"] = {{"metric", "loss"}, {"patience", 2}};
    }));
  }
  CHECK(by_keys(runs, {"dtype", "order", "patience"}).notes.empty());
  const Comparison c = by_keys(runs, {"dtype"});
  CHECK(c.keys == Strings{"dtype"});
  CHECK(c.notes == Strings{"the rows differ in data.order, classify.early_stopping too, which --by "
                           "does not name"});
}

TEST_CASE("a part of several settings makes a row of each of its values") {
  std::vector<ComparedRun> runs;
  const auto add = [&](const char* part, const Json& value) {
    for (int64_t seed = 0; seed < 3; ++seed)
      runs.push_back(
          grouped_run(0.1, seed, [&](Json& r) { r["config"]["classify"][part] = value; }));
  };
  const auto rows = [&](const std::string& key, const std::string& baseline = "") {
    CompareOptions options;
    options.by = {key};
    options.metrics = {"accuracy"};
    options.baseline = baseline;
    const Comparison c = compare(runs, options);
    CHECK(c.notes.empty());
    Strings values;
    for (const Group& group : c.groups) values.push_back(group.values.at(0));
    for (const size_t g : c.baselines) values.push_back("from " + c.groups[g].values[0]);
    return values;
  };
  add("early_stopping", nullptr);
  add("early_stopping", {{"metric", "loss"}, {"split", "test"}, {"patience", 2}});
  const std::string one = "metric=loss, split=test, patience=2";
  CHECK(rows("early_stopping") == Strings{one, "", "from " + one});  // where it is there or not
  add("early_stopping", {{"metric", "loss"}, {"split", "validation"}, {"patience", 2}});
  const std::string two = "metric=loss, split=validation, patience=2";
  CHECK(rows("early_stopping", "early_stopping=-") == Strings{one, two, "", "from "});
  CHECK(rows("early_stopping", "early_stopping=null") == Strings{one, two, "", "from "});
  CHECK(rows("early_stopping", "early_stopping=" + two) == Strings{one, two, "", "from " + two});
  runs.clear();
  add("penalties", Json::array());
  add("penalties", Json::array({{{"type", "l1"}, {"weight", 0.001}}}));
  add("penalties", Json::array({{{"type", "l1"}, {"weight", 0.1}}}));
  CHECK(rows("penalties", "-") == Strings{"l1(0.001)", "l1(0.1)", "", "from "});
}

TEST_CASE("no more of the data is added than tells test data apart") {
  std::vector<ComparedRun> runs;
  const auto add = [&](int64_t batch, int64_t train_size, int64_t test_size) {
    runs.push_back(grouped_run(0.1, 0, [&](Json& r) {
      r["config"]["data"]["batch_size"] = batch;
      r["config"]["data"]["train_size"] = train_size;
      r["config"]["data"]["test_size"] = test_size;
      r["data"]["splits"]["test"]["class_counts"] = {test_size};
    }));
  };
  add(25, 300, 500);
  add(50, 300, 500);
  add(25, 200, 500);
  add(25, 300, 400);
  CHECK(by_keys(runs, {"strategy"}).keys == Strings{"pretrain.strategy", "data.test_size"});
}

TEST_CASE("a short name means a setting rather than what the record says") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed)
    for (const char* version : {"v1", "v2"})
      runs.push_back(grouped_run(0.1, seed, [&](Json& r) {
        r["config"]["encoder_version"] = version;
        r["config"]["data"]["version"] = version;
        r["provenance"]["strata"]["version"] = seed == 2 ? "0.2.0" : "0.1.0";
      }));
  const Comparison c = by_keys(runs, {"version"});
  CHECK(c.keys == Strings{"data.version"});
  REQUIRE(c.groups.size() == 2);
  CHECK(c.groups[0].values == Strings{"v1"});
  CHECK(by_keys(runs, {"strata.version"}).keys == Strings{"provenance.strata.version"});
}
