#include "strata/report/comparing/comparison.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "report/compared.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/support/errors.hpp"

using namespace strata;
using namespace strata::test;
using doctest::Approx;
using Strings = std::vector<std::string>;

namespace {

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    return error.what();
  }
  return "no UserError";
}

}  // namespace

TEST_CASE("runs that differ only in seed and name are one row, with mean, spread and interval") {
  auto runs = accuracies({{0.1, {0.912, 0.918, 0.921, 0.915, 0.919}}});
  runs[2].name = "another-name";
  const Comparison c = compare(std::move(runs));
  CHECK(c.keys.empty());
  REQUIRE(c.groups.size() == 1);
  CHECK(c.groups[0].runs.size() == 5);
  CHECK(c.groups[0].names == Strings{"another-name", "lecture-mnist-greedy"});
  const Summary& s = cell(c, 0, "accuracy").summary;
  CHECK(s.mean == Approx(0.917));  // as in the tests of summarize(), from scipy
  CHECK(s.ci_low == Approx(0.9126100548345747));
}

TEST_CASE("the settings that vary make the rows, numbers in order") {
  const Comparison c = compare(accuracies({{10, {0.1}}, {9, {0.2}}, {0.5, {0.3}}}));
  CHECK(c.keys == Strings{"classify.optimizer.lr"});
  REQUIRE(c.groups.size() == 3);
  CHECK(c.groups[0].values == Strings{"0.5"});
  CHECK(c.groups[1].values == Strings{"9"});
  CHECK(c.groups[2].values == Strings{"10"});
}

TEST_CASE("the best is marked by the metric's direction") {
  const Comparison c = compare(accuracies({{0.1, {0.91, 0.92, 0.915}}, {1, {0.95, 0.94, 0.945}}}));
  CHECK_FALSE(cell(c, 0, "accuracy").best);
  CHECK(cell(c, 1, "accuracy").best);
  for (const size_t row : {0U, 1U}) CHECK_FALSE(cell(c, row, "training_seconds").best);
}

TEST_CASE("failed, diverged and interrupted runs are counted, shown, and not averaged") {
  std::vector<ComparedRun> runs = accuracies({{0.1, {0.91, 0.93}}});
  for (const char* status : {"failed", "diverged", "interrupted", "running"}) {
    RunSpec spec;
    spec.status = status;
    spec.seed = static_cast<int64_t>(10 + runs.size());
    runs.push_back(run(spec));
  }
  const Comparison c = compare(std::move(runs));
  REQUIRE(c.groups.size() == 1);
  CHECK(c.groups[0].runs.size() == 6);
  CHECK(cell(c, 0, "accuracy").summary.n == 2);
  CHECK(c.notes ==
        Strings{"1 diverged (row 1), 1 failed (row 1), 1 interrupted (row 1), 1 running "
                "(row 1); the figures of row 1 are of the completed runs alone, which may be the "
                "lucky ones, and are never called best"});
  CHECK(comparison_text(c, 120).find("6 runs (2 completed, 1 running, 1 failed, 1 diverged, 1 "
                                     "interrupted) in 1 row") == 0);
}

TEST_CASE("a seed that was run again counts once: the completed, later run") {
  std::vector<ComparedRun> runs = accuracies({{0.1, {0.90, 0.92}}});
  ComparedRun again = with_accuracy(0.1, 1, 0.94);
  again.start = "2026-12-01T00:00:00Z";
  runs.push_back(again);
  RunSpec broken;
  broken.seed = 1;
  broken.status = "failed";
  runs.push_back(run(broken));
  const Comparison c = compare(std::move(runs));
  CHECK(c.groups[0].runs.size() == 2);
  CHECK(cell(c, 0, "accuracy").summary.mean == Approx(0.92));
  CHECK(
      c.notes ==
      Strings{"2 runs repeat the settings and seed of another and take no part in the figures: no "
              "independent sample",
              "of these, 1 run has other figures than the later run, which counts: "
              "results/lecture-mnist-greedy/record.json; on one machine the same settings and "
              "seed give the same figures, bit for bit",
              "1 failed (row 1); the figures of row 1 are of the completed runs alone, which may "
              "be the lucky ones, and are never called best"});
  CHECK(c.groups[0].count("completed") == 3);
  CHECK(c.groups[0].count("failed") == 1);
  CHECK(comparison_text(c, 120).find("4 runs (3 completed, 1 failed) in 1 row\n") == 0);
}

TEST_CASE("runs that failed where others of the same seeds completed are told, and cost the star") {
  std::vector<ComparedRun> runs =
      accuracies({{0.1, {0.90, 0.91, 0.905}}, {1, {0.95, 0.951, 0.949}}});
  CHECK(cell(compare(runs, options({"accuracy"})), 1, "accuracy").best);
  for (int64_t seed = 0; seed < 2; ++seed) {
    RunSpec spec;
    spec.seed = seed;
    spec.lr = 1;
    spec.status = "diverged";
    runs.push_back(run(spec));
  }
  const Comparison c = compare(std::move(runs), options({"accuracy"}));
  CHECK_FALSE(cell(c, 1, "accuracy").best);
  CHECK(cell(c, 1, "accuracy").summary.n == 3);
  CHECK(
      c.notes.back() ==
      "2 diverged (row 2); the figures of row 2 are of the completed runs alone, which may be the "
      "lucky ones, and are never called best");
  const std::string text = comparison_text(c, 120);
  CHECK(text.find("\n8 runs (6 completed, 2 diverged) in 2 rows\n") != std::string::npos);
  CHECK(text.find(" 3 of 5  0.9500 ± 0.0010 [") != std::string::npos);
  const Json group = comparison_json(c)["groups"][1];
  CHECK(group["statuses"] == Json{{"completed", 3}, {"diverged", 2}});
  CHECK(group["runs"].size() == 5);
  CHECK(group["runs"][3]["counts"] == false);
  CHECK(comparison_csv(c).find("\r\n1,lecture-mnist-greedy,,3,0,0,2,0,0,3,") != std::string::npos);
}

TEST_CASE("squared errors of two data sets are not compared; over the variance they are") {
  std::vector<ComparedRun> runs;
  for (const char* dataset : {"mnist", "fashion_mnist"})
    for (int64_t seed = 0; seed < 3; ++seed) {
      RunSpec spec;
      spec.dataset = dataset;
      spec.seed = seed;
      runs.push_back(run(spec, [&](Json& r) {
        // The same error means less on data that varies more.
        r["metrics"]["test"]["reconstruction_error"] =
            spec.dataset == "mnist" ? 0.0660 : 0.0660 + 0.001 * double(seed);
      }));
    }
  const Comparison c = compare(std::move(runs));
  REQUIRE(c.groups.size() == 2);  // row 1 is fashion_mnist
  for (const ComparedMetric& metric : c.metrics)
    CHECK(metric.comparable == (metric.name != "reconstruction_error"));
  CHECK(cell(c, 0, "reconstruction_error").unit == "pixels of fashion_mnist");
  CHECK(cell(c, 1, "relative_error").summary.mean == Approx(0.0660 / 0.0949));
  CHECK_FALSE(cell(c, 0, "reconstruction_error").best);
  CHECK_FALSE(cell(c, 1, "reconstruction_error").best);
  // Naively MNIST wins (0.066 against 0.067); by what each data set varies, Fashion-MNIST does. But
  // no row is best of those on other test data.
  CHECK(cell(c, 0, "relative_error").summary.mean < cell(c, 1, "relative_error").summary.mean);
  CHECK_FALSE(cell(c, 0, "relative_error").best);
  CHECK_FALSE(cell(c, 0, "accuracy").best);
  CHECK_FALSE(cell(c, 1, "accuracy").best);
  CHECK(c.flags.empty());
  CHECK(c.paired.empty());
  CHECK(c.baselines.empty());
  CHECK(c.notes ==
        Strings{"reconstruction_error is not comparable between pixels of fashion_mnist "
                "(row 1) and pixels of mnist (row 2); the error over the pixels' variance "
                "stands beside it",
                "row 2 was tested on other data than row 1: they stand side by side, and no "
                "paired test is made between them"});
}

TEST_CASE("the final error is of pixels under train: new, whose second stage's is of codes") {
  std::vector<ComparedRun> runs;
  std::vector<double> errors;
  for (const char* train : {"all", "new"})
    for (int64_t seed = 0; seed < 3; ++seed) {
      RunSpec spec;
      spec.train = train;
      spec.seed = seed;
      runs.push_back(run(spec, [&](Json& r) {
        if (spec.train == "new") errors.push_back(r["metrics"]["test"]["reconstruction_error"]);
      }));
    }
  const Comparison c =
      compare(std::move(runs),
              options({"reconstruction_error", "relative_error", "reconstruction_error.pretrain-2",
                       "code_error.pretrain-2", "loss.pretrain-2"}));
  REQUIRE(c.groups.size() == 2);  // train: all, train: new
  CHECK(c.flags.empty());
  const double mean = (errors[0] + errors[1] + errors[2]) / 3;
  CHECK(cell(c, 1, "reconstruction_error").unit == "pixels of mnist");
  CHECK(cell(c, 1, "reconstruction_error").summary.mean == Approx(mean));
  CHECK(cell(c, 1, "relative_error").summary.mean == Approx(mean / 0.0949));
  CHECK(c.metrics[0].comparable);
  CHECK(c.paired[0].comparable);
  CHECK(c.paired[0].test.difference.n == 3);
  CHECK(cell(c, 0, "reconstruction_error.pretrain-2").unit == "pixels of mnist");
  CHECK(cell(c, 1, "code_error.pretrain-2").unit == "codes");
  CHECK(cell(c, 0, "loss.pretrain-2").unit == "mse of pixels of mnist");
  CHECK(cell(c, 1, "loss.pretrain-2").unit == "mse of codes");
  for (const char* metric : {"code_error.pretrain-2", "loss.pretrain-2"})
    for (const size_t row : {0U, 1U}) CHECK_FALSE(cell(c, row, metric).best);
  for (const ComparedMetric& metric : c.metrics)
    CHECK(metric.comparable == (metric.name != "loss.pretrain-2"));
}

TEST_CASE("a test split that chose something makes its figures optimistic: marked, never best") {
  std::vector<ComparedRun> runs = accuracies({{0.1, {0.91, 0.92}}});
  for (int64_t seed = 0; seed < 2; ++seed) {
    RunSpec spec;
    spec.seed = seed;
    spec.lr = 1;
    runs.push_back(run(spec, [](Json& r) {
      r["metrics"]["test"]["accuracy"] = 0.99;
      r["stages"][2]["selection"] = {
          {"rule", "best_epoch"}, {"split", "test"}, {"metric", "accuracy"}};
    }));
  }
  const Comparison c =
      compare(std::move(runs), options({"accuracy", "training_seconds", "reconstruction_error"}));
  CHECK(cell(c, 1, "accuracy").chosen_on_test);
  CHECK_FALSE(cell(c, 1, "reconstruction_error").chosen_on_test);  // measured before the choice
  CHECK_FALSE(cell(c, 1, "accuracy").best);
  CHECK_FALSE(cell(c, 0, "accuracy").best);  // alone: nothing to be better than
  CHECK_FALSE(cell(c, 1, "training_seconds").chosen_on_test);
  CHECK(c.notes ==
        Strings{"the test split chose something (best_epoch in classify; row 2): the test "
                "figures there, marked !, are optimistic and never called best"});
}

TEST_CASE("every stage that chose on test data is named") {
  const std::vector<ComparedRun> runs = {run({}, [](Json& r) {
    for (const size_t stage : {0U, 1U})
      r["stages"][stage]["selection"] = {
          {"rule", "best_epoch"}, {"split", "test"}, {"metric", "reconstruction_error"}};
    r["stages"][2]["selection"] = {
        {"rule", "early_stopping"}, {"split", "validation"}, {"metric", "nll"}};
  })};
  const Comparison c =
      compare(runs, options({"reconstruction_error", "train.reconstruction_error.pretrain-1"}));
  CHECK(c.notes ==
        Strings{"the test split chose something (best_epoch in pretrain-1, best_epoch in "
                "pretrain-2; row 1): the test figures there, marked !, are optimistic "
                "and never called best"});
  CHECK(cell(c, 0, "reconstruction_error").chosen_on_test);
  CHECK_FALSE(
      cell(c, 0, "train.reconstruction_error.pretrain-1").chosen_on_test);  // of the training split
}

TEST_CASE("what the test split chose in pretraining shows in the reconstruction error too") {
  const std::vector<ComparedRun> runs = {run({}, [](Json& r) {
    r["stages"][0]["selection"] = {
        {"rule", "best_epoch"}, {"split", "test"}, {"metric", "reconstruction_error"}};
  })};
  const Comparison c = compare(runs, options({"accuracy", "reconstruction_error"}));
  CHECK(cell(c, 0, "accuracy").chosen_on_test);
  CHECK(cell(c, 0, "reconstruction_error").chosen_on_test);
}

TEST_CASE("--by pools what was not asked for, counts pairs by seed, and says so") {
  std::vector<ComparedRun> runs;
  for (const double rate : {0.5, 0.98})
    for (const double lr : {0.1, 1.0})
      for (int64_t seed = 0; seed < 2; ++seed) {
        RunSpec spec;
        spec.lr = lr;
        spec.seed = seed;
        runs.push_back(
            run(spec, [&](Json& r) { r["config"]["pretrain"]["optimizer"]["lr"] = rate; }));
      }
  CompareOptions by = options({"accuracy"});
  by.by = {"classify.optimizer.lr"};
  const Comparison c = compare(runs, by);
  CHECK(c.keys == Strings{"classify.optimizer.lr"});
  REQUIRE(c.groups.size() == 2);
  CHECK(c.groups[0].runs.size() == 4);
  CHECK(cell(c, 0, "accuracy").summary.n == 2);
  CHECK(c.paired[0].test.difference.n == 2);
  REQUIRE(!c.notes.empty());
  CHECK(c.notes[0] ==
        "rows mix runs of different pretrain.optimizer.lr: each figure is the mean of a seed's "
        "runs, and "
        "pairs are counted by seed");
  by.by = {"dtype"};
  CHECK(compare(runs, by).groups[0].values == Strings{"float64"});
}

TEST_CASE("rows are sorted by a metric, best first, or by a setting") {
  const auto runs = accuracies({{0.1, {0.91}}, {1, {0.95}}, {10, {0.93}}});
  const auto order = [&](const std::string& sort) {
    CompareOptions sorted;
    sorted.sort = sort;
    std::string values;
    for (const Group& group : compare(runs, sorted).groups) values += group.values[0] + ' ';
    return values;
  };
  CHECK(order("accuracy") == "1 10 0.1 ");
  CHECK(order("-accuracy") == "0.1 10 1 ");
  CHECK(order("lr") == "0.1 1 10 ");
  CHECK(order("-lr") == "10 1 0.1 ");
}

TEST_CASE("what is not there is refused, with what is") {
  const auto runs = accuracies({{0.1, {0.91}}, {1, {0.95}}});
  CHECK(refusal([&] { compare({}, {}); }) == "there are no runs to compare");
  CHECK(refusal([&] {
          compare(runs, options({"acuracy"}));
        }).find("--metric: no run has 'acuracy'") == 0);
  CHECK(refusal([&] { compare(runs, options({}, "lr=3")); }) ==
        "--baseline: 'lr=3' is no row; the rows are:\n  classify.optimizer.lr=0.1\n  "
        "classify.optimizer.lr=1");
  CHECK(refusal([&] { compare(runs, options({}, "lr=0.11")); }) ==
        "--baseline: 'lr=0.11' is no row; did you mean classify.optimizer.lr=0.1? the rows are:\n  "
        "classify.optimizer.lr=0.1\n  classify.optimizer.lr=1");
  CHECK(refusal([&] {
          compare(runs, options({}, "lecture-mnist-greedi"));
        }).find("'lecture-mnist-greedi' is no row; did you mean lecture-mnist-greedy? the rows") !=
        std::string::npos);
  CHECK(refusal([&] { compare(runs, options({}, "lecture-mnist-greedy")); }) ==
        "--baseline: 'lecture-mnist-greedy' is 2 rows:\n  classify.optimizer.lr=0.1\n  "
        "classify.optimizer.lr=1\nchoose one: --baseline classify.optimizer.lr=0.1");
  CompareOptions by;
  by.by = {"lrr"};
  CHECK(refusal([&] { compare(runs, by); }).find("--by: no setting is called 'lrr'; near it: ") ==
        0);
  CHECK(refusal([&] {
          compare(runs, by);
        }).find(": a record.json has them under \"config\" and \"provenance\")") !=
        std::string::npos);
  CompareOptions named;
  named.baseline = "name=lecture-mnist-greedy";
  CHECK(refusal([&] { compare(runs, named); }) ==
        "--baseline: 'name' is no column; an experiment's name stands alone: --baseline "
        "lecture-mnist-greedy");
  by.by = {"seed"};
  CHECK(refusal([&] { compare(runs, by); }) ==
        "--by: the seed makes no rows, for a row's figures are means over its seeds; --json lists "
        "each run with its own");
  by.by = {"provenance.devise"};
  CHECK(refusal([&] {
          compare(runs, by);
        }).find("--by: no setting is called 'provenance.devise'; near it: provenance.device") == 0);
  by.by = {"loss"};
  CHECK(refusal([&] { compare(runs, by); }) ==
        "--by: 'loss' may mean pretrain.loss or classify.loss");
}

TEST_CASE("figures that are null or missing are left out") {
  std::vector<ComparedRun> runs = accuracies({{0.1, {0.91, 0.93}}});
  RunSpec spec;
  spec.seed = 2;
  runs.push_back(run(spec, [](Json& r) { r["metrics"]["test"]["accuracy"] = nullptr; }));
  const Comparison c = compare(std::move(runs));
  CHECK(cell(c, 0, "accuracy").summary.n == 2);
  CHECK(cell(c, 0, "nll").summary.n == 3);
}

TEST_CASE("figures by class, by stage and of the machine can be asked for") {
  const Comparison c =
      compare({run({})}, options({"per_class_accuracy.five", "loss.pretrain-1",
                                  "relative_loss.pretrain-1", "peak_memory_bytes"}));
  const Json record = make_record({});
  CHECK(cell(c, 0, "per_class_accuracy.five").summary.mean ==
        record["metrics"]["test"]["per_class_accuracy"][5]);
  const double loss = record["stages"][0]["epochs"].back()["loss"];
  CHECK(cell(c, 0, "loss.pretrain-1").summary.mean == loss);
  CHECK(cell(c, 0, "relative_loss.pretrain-1").summary.mean == Approx(loss / 0.0949));
  CHECK(cell(c, 0, "peak_memory_bytes").summary.mean == 612'000'000);
}
