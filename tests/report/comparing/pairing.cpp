#include "strata/report/comparing/pairing.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "report/compared.hpp"
#include "strata/report/rendering/comparison_text.hpp"
#include "strata/support/errors.hpp"

using namespace strata;

namespace {

/// Rates 0.1 and 1, six seeds; the second is better by 0.02 and has `change` made to its records.
Comparison pair_of_rates(const std::function<void(Json&)>& change,
                         const std::vector<std::string>& metrics = {"accuracy"},
                         const std::string& baseline = "classify.optimizer.lr=0.1") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 6; ++seed)
    for (const double lr : {0.1, 1.0}) {
      test::RunSpec spec;
      spec.seed = seed;
      spec.lr = lr;
      spec.train = "new";
      Json record = test::make_record(spec);
      record["metrics"]["test"]["accuracy"] = (lr == 1.0 ? 0.92 : 0.90) + 0.001 * double(seed) * lr;
      if (lr == 1.0) change(record);
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.metrics = metrics;
  options.baseline = baseline;
  return compare(std::move(runs), options);
}

std::string said_of_pair(const std::function<void(Json&)>& change) {
  const Comparison c = pair_of_rates(change);
  return verdict_with_flags(c.paired.at(0), 1);
}

void more_epochs(Json& record) {
  test::set_epochs(record, 2, 20);
}

void chosen_on_test(Json& record) {
  record["stages"][2]["selection"] = {
      {"rule", "early_stopping"}, {"split", "test"}, {"metric", "accuracy"}};
}

}  // namespace

TEST_CASE("a verdict carries what else lies between the two rows") {
  CHECK(said_of_pair([](Json&) {}) == "better");
  CHECK(said_of_pair(more_epochs) == "better, but see a");
  CHECK(said_of_pair(chosen_on_test) == "better, but see !");
  CHECK(said_of_pair([](Json& r) {
          more_epochs(r);
          chosen_on_test(r);
          r["config"]["dtype"] = "float32";
        }) == "better, but see a,b and !");
  // Another machine changes no figure but timings, which are not tested.
  CHECK(said_of_pair([](Json& r) { r["provenance"]["cpu"] = "Another CPU"; }) == "better");
  CHECK(said_of_pair([](Json& r) { r["data"]["pixels"]["mean"] = 0.0; }) ==
        "not comparable, see a");
}

TEST_CASE("a verdict over what is left of the runs says so") {
  const auto gone = [](const std::string& status) {
    return [status](Json& r) {
      if (r["seed"].get<int64_t>() < 2) {
        r["status"] = status;
        r.erase("metrics");
      }
    };
  };
  CHECK(said_of_pair(gone("diverged")) == "better (by t alone), but see the failed runs");
  CHECK(said_of_pair(gone("failed")) == "better (by t alone), but see the failed runs");
  CHECK(said_of_pair(gone("interrupted")) == "better (by t alone)");
  const auto null_figure = [](Json& r) {
    if (r["seed"] == 5) r["metrics"]["test"]["accuracy"] = nullptr;
  };
  CHECK(said_of_pair(null_figure) == "better (by t alone), but see the missing figures");
  const Comparison c = pair_of_rates([&](Json& r) {
    null_figure(r);
    gone("diverged")(r);
    r["config"]["dtype"] = "float32";
  });
  CHECK(verdict_with_flags(c.paired.at(0), 1) ==
        "better (by t alone), but see a and the failed runs and the missing figures");
  CHECK(comparison_json(c)["paired"][0]["lacks"] == Json({"failed runs", "missing figures"}));
  CHECK(comparison_csv(c).find(",config.dtype,no,failed runs; missing figures\r\n") !=
        std::string::npos);
}

TEST_CASE("the classifier's epochs lie between no figures of pretraining") {
  const Comparison c = pair_of_rates(more_epochs, {"reconstruction_error", "accuracy"});
  CHECK(verdict_with_flags(c.paired.at(0), -1) == "identical");
  CHECK(verdict_with_flags(c.paired.at(1), 1) == "better, but see a");
}

TEST_CASE("the loss's own term is compared between a loss with penalties and one without") {
  const Comparison c = pair_of_rates(
      [](Json& r) {
        Json& stage = r["stages"][0];
        r["config"]["pretrain"]["stages"] = {
            {{"penalties", Json::array({{{"type", "l1"}, {"weight", 0.1}}})}}};
        Json& last = stage["epochs"].back();
        last["terms"]["l1"] = 2.0;
        last["terms"]["reconstruction_error"] = last["metrics"]["train"]["reconstruction_error"] =
            last["loss"].get<double>() + 0.001;
        last["loss"] = last["loss"].get<double>() + 0.201;
      },
      {"train.reconstruction_error.pretrain-1", "l1.pretrain-1", "loss.pretrain-1"});
  CHECK(c.metrics[0].comparable);
  CHECK_FALSE(c.metrics[2].comparable);
  CHECK(c.paired.at(0).test.difference.n == 6);
  CHECK(c.paired.at(0).test.difference.mean == doctest::Approx(0.001));
  CHECK(verdict_text(c.paired.at(0), c.metrics[0].figure.better) == "worse");
  CHECK(verdict_text(c.paired.at(1), 0) == "no pairs");
  CHECK(verdict_text(c.paired.at(2), -1) == "not comparable");
}

TEST_CASE("a flagged baseline is told beside each row that is tested against it") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 8; ++seed)
    for (const double lr : {0.1, 1.0, 2.0}) {
      test::RunSpec spec;
      spec.seed = seed;
      spec.lr = lr;
      Json record = test::make_record(spec);
      record["metrics"]["test"]["accuracy"] = 0.9 + 0.01 * lr * (1 + 0.1 * double(seed));
      if (lr == 0.1) more_epochs(record);
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.metrics = {"accuracy"};
  options.baseline = "lr=0.1";
  const Comparison c = compare(std::move(runs), options);
  CHECK(c.groups[0].marks == "a");  // the letter is the minority's
  CHECK(c.groups[1].marks.empty());
  REQUIRE(c.paired.size() == 2);
  for (const Paired& paired : c.paired) CHECK(verdict_with_flags(paired, 1) == "better, but see a");
  const std::string text = comparison_text(c, 160);
  CHECK(text.find("better, but see a\n") != std::string::npos);
  CHECK(comparison_markdown(c).find("| better, but see a |") != std::string::npos);
  const Json json = comparison_json(c);
  CHECK(json["paired"][0]["verdict"] == "better, but see a");
  CHECK(json["paired"][0]["flags"] == "a");
  const std::string csv = comparison_csv(c);
  CHECK(csv.find(",better,stages[].epochs of classify,no,\r\n") != std::string::npos);
  CHECK(csv.find("0.1,lecture-mnist-greedy,stages[].epochs of classify,8,0,0,0,0,") !=
        std::string::npos);
}

TEST_CASE("a figure that one side lacks makes no pairs, which is not to be not comparable") {
  const Comparison c =
      pair_of_rates([](Json& r) { r["metrics"]["test"].erase("reconstruction_error"); },
                    {"reconstruction_error"});
  CHECK(c.metrics[0].comparable);
  CHECK(verdict_with_flags(c.paired.at(0), -1) == "no pairs");
}

TEST_CASE("errors of codes are not compared between rows: each has its own encoder") {
  const Comparison c = pair_of_rates([](Json&) {}, {"loss.pretrain-2", "loss.pretrain-1"});
  CHECK_FALSE(c.metrics[0].comparable);
  CHECK(c.metrics[1].comparable);
  for (const Group& group : c.groups) CHECK_FALSE(group.cells[0].best);
  REQUIRE(c.paired.size() == 2);
  CHECK(verdict_with_flags(c.paired[0], -1) == "not comparable");
  CHECK(c.paired[0].test.difference.n == 0);
  CHECK(verdict_with_flags(c.paired[1], -1) == "identical");
  CHECK(c.notes == std::vector<std::string>{
                       "loss.pretrain-2 is not comparable: mse of codes (rows 1 and 2); each row's "
                       "codes are made by its own encoder"});
  CHECK(comparison_text(c, 160).find("≠ not comparable between all rows") != std::string::npos);
}

TEST_CASE("no relative error is promised where there is none") {
  const Comparison c = pair_of_rates(
      [](Json& r) {
        r["stages"][1]["target"] = "pixels";
        r["stages"][1]["epochs"][0].erase("metrics");
      },
      {"loss.pretrain-2"});
  CHECK(c.notes.at(0) ==
        "loss.pretrain-2 is not comparable between mse of codes (row 1) and mse of pixels of mnist "
        "(row 2); each row's codes are made by its own encoder");
}

TEST_CASE("another training loss makes the losses not comparable, and nothing else") {
  const Comparison c = pair_of_rates(
      [](Json& r) {
        r["config"]["classify"]["loss"]["type"] = "cross_entropy";
        r["stages"][2]["settings"]["loss"]["type"] = "cross_entropy";
      },
      {"accuracy", "loss.classify"}, "lr=0.1");
  CHECK(c.flags.empty());
  CHECK(c.metrics[0].comparable);
  CHECK_FALSE(c.metrics[1].comparable);
  size_t stars[2] = {0, 0};
  for (const Group& group : c.groups)
    for (const size_t m : {0U, 1U}) stars[m] += group.cells[m].best ? 1 : 0;
  CHECK(stars[0] == 1);
  CHECK(stars[1] == 0);
  CHECK(verdict_with_flags(c.paired.at(0), 1) == "better");
  CHECK(verdict_with_flags(c.paired.at(1), -1) == "not comparable");
}

namespace {

/// Two data sets and three strategies, `greedy` better than `end_to_end` by 0.01 on each.
Comparison on_two_data_sets(const std::string& baseline, const std::vector<std::string>& by) {
  std::vector<ComparedRun> runs;
  for (const char* dataset : {"mnist", "fashion_mnist"})
    for (const char* strategy : {"end_to_end", "greedy"})
      for (const double lr : {0.1, 1.0})
        for (int64_t seed = 0; seed < 3; ++seed) {
          test::RunSpec spec;
          spec.dataset = dataset;
          spec.strategy = strategy;
          spec.seed = seed;
          spec.lr = lr;
          Json record = test::make_record(spec);
          record["metrics"]["test"]["accuracy"] = (spec.dataset == "mnist" ? 0.9 : 0.8) +
                                                  (spec.strategy == "greedy" ? 0.01 : 0.0) +
                                                  0.001 * double(seed);
          runs.push_back(test::planned_run("r.json", record));
        }
  CompareOptions options;
  options.metrics = {"accuracy"};
  options.baseline = baseline;
  options.by = by;
  return compare(std::move(runs), options);
}

}  // namespace

TEST_CASE("a baseline on each of two test data: each row against that of its own") {
  const Comparison c = on_two_data_sets("strategy=end_to_end", {"strategy"});
  REQUIRE(c.groups.size() == 4);  // end_to_end on fashion_mnist and mnist, then greedy
  CHECK(c.baselines == std::vector<size_t>{0, 1});
  REQUIRE(c.paired.size() == 2);
  for (const size_t i : {0U, 1U}) {
    CHECK(c.paired[i].group == 2 + i);
    CHECK(c.paired[i].baseline == i);
    CHECK(c.paired[i].test.difference.n == 3);
    CHECK(c.paired[i].test.difference.mean == doctest::Approx(0.01));
  }
  for (const std::string& note : c.notes) CHECK(note.find("tested on other data") == note.npos);
  const std::string text = comparison_text(c, 160);
  CAPTURE(text);
  CHECK(text.find(
            "Difference of each row from that of rows 1 and 2 which agrees with it in all other "
            "settings, over shared seeds [95 % interval of this difference alone]; p of") !=
        std::string::npos);
  const Json json = comparison_json(c);
  CHECK(json["baselines"] == Json::array({0, 1}));
  CHECK(json["paired"][1]["baseline"] == 1);
}

TEST_CASE(
    "a baseline at each of the other settings: each row against the one that agrees with it") {
  const Comparison c = on_two_data_sets("strategy=end_to_end", {"strategy", "dataset", "lr"});
  REQUIRE(c.groups.size() == 8);
  CHECK(c.baselines == std::vector<size_t>{0, 1, 2, 3});
  REQUIRE(c.paired.size() == 4);
  for (const Paired& paired : c.paired) {
    CHECK(paired.group == paired.baseline + 4);  // of the same data set and rate
    CHECK(paired.test.difference.mean == doctest::Approx(0.01));
    CHECK(paired.p_wilcoxon ==
          doctest::Approx(1));  // 4 * 0.25: corrected over the rows of a metric
  }
  CHECK(comparison_text(c, 160).find("accuracy  5 from 1  +0.01000 [") != std::string::npos);
  CHECK(comparison_json(c)["paired"][3]["baseline_row"] == 4);
}

TEST_CASE("a value that two keys have is no baseline by itself") {
  std::string said;
  try {
    pair_of_rates([](Json& r) { r["config"]["pretrain"]["optimizer"]["lr"] = 0.1; }, {"accuracy"},
                  "0.1");
  } catch (const UserError& error) {
    said = error.what();
  }
  CHECK(said ==
        "--baseline: '0.1' may mean pretrain.optimizer.lr=0.1 or classify.optimizer.lr=0.1");
}

TEST_CASE("where rows mix settings, a line under the differences says what they are of") {
  const std::string line =
      "A difference is of the runs that agree in all other settings, a row's figures above are of "
      "all its runs: the two need not agree.\n";
  const Comparison mixed = on_two_data_sets("strategy=end_to_end", {"strategy"});
  CHECK(comparison_text(mixed, 160).find("but see a\n" + line) != std::string::npos);
  CHECK(comparison_markdown(mixed).find("but see a |\n\n" + line) != std::string::npos);
  CHECK(comparison_json(mixed)["paired_note"] == line.substr(0, line.size() - 2));
  const Comparison plain = on_two_data_sets("strategy=end_to_end,lr=0.1", {"strategy", "lr"});
  CHECK(plain.paired_note.empty());
  CHECK(comparison_text(plain, 160).find("A difference is of") == std::string::npos);
}

TEST_CASE("runs of unlike stages have no mean curve") {
  const Comparison c = on_two_data_sets("", {"dataset"});
  CHECK(c.groups[0].curves.empty());
  CHECK(std::count(c.notes.begin(), c.notes.end(),
                   "the runs of rows 1 and 2 have not all the same stages: no mean curve") == 1);
  CHECK(comparison_text(c, 160).find("loss by epoch") == std::string::npos);
  const Comparison alike = on_two_data_sets("strategy=end_to_end", {"strategy"});
  for (const Group& group : alike.groups) CHECK_FALSE(group.curves.empty());
}

// Of seed 0 the two runs differ by 0.3 - 0.1 and 0.4 - 0.6: 0.2 and -0.2, of which the sum
// is 1.4e-17.
TEST_CASE("a mean difference of 0 is no difference, whatever its sum is rounded to") {
  std::vector<ComparedRun> runs;
  const auto add = [&](int64_t seed, double lr, double rate, double accuracy) {
    test::RunSpec spec;
    spec.seed = seed;
    spec.lr = lr;
    runs.push_back(test::run(spec, [&](Json& record) {
      record["config"]["pretrain"]["optimizer"]["lr"] = rate;
      record["metrics"]["test"]["accuracy"] = accuracy;
    }));
  };
  for (int64_t seed = 0; seed < 4; ++seed) {
    add(seed, 0.1, 0.5, 0.1);
    add(seed, 0.1, 0.98, 0.6);
    add(seed, 1, 0.5, seed == 0 ? 0.3 : 0.2);
    add(seed, 1, 0.98, seed == 0 ? 0.4 : 0.7 + 0.01 * double(seed));
  }
  CompareOptions options = test::options({"accuracy"});
  options.by = {"classify.optimizer.lr"};
  const Comparison c = compare(std::move(runs), options);
  REQUIRE(c.paired.size() == 1);
  CHECK(c.paired[0].test.difference.n == 4);
  CHECK(c.paired[0].test.wilcoxon.n == 3);
  CHECK(c.paired[0].test.wilcoxon.p == doctest::Approx(0.25));  // 2 / 2^3
}
