#include "strata/report/comparing/flags.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "report/make_records.hpp"
#include "strata/report/comparing/comparison.hpp"

using namespace strata;
using test::make_record;
using test::RunSpec;

namespace {

/// Two settings (learning rates) with three seeds each; `change` is made to the second's records.
std::vector<Flag> flags_after(const std::function<void(Json&)>& change,
                              const CompareOptions& options = {}) {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed)
    for (const double lr : {0.1, 1.0}) {
      RunSpec spec;
      spec.seed = seed;
      spec.lr = lr;
      Json record = make_record(spec);
      if (lr == 1.0) change(record);
      runs.push_back(test::planned_run("record.json", record));
    }
  return compare(std::move(runs), options).flags;
}

void set(Json& record, const char* pointer, Json value) {
  record.at(Json::json_pointer(pointer)) = std::move(value);
}

/// The one flag that the change raises.
Flag the_flag(const std::function<void(Json&)>& change) {
  const auto flags = flags_after(change);
  REQUIRE(flags.size() == 1);
  CHECK(flags[0].mark == "a");
  CHECK(flags[0].marked == std::vector<size_t>{1});
  return flags[0];
}

}  // namespace

TEST_CASE("settings that are compared are no fault") {
  CHECK(flags_after([](Json&) {}).empty());
}

TEST_CASE("ten ways of not being comparable, each flagged with the key that differs") {
  SUBCASE("1. other samples in the training split") {
    const Flag flag = the_flag(
        [](Json& r) { set(r, "/data/splits/train/indices_sha256", std::string(64, 'a')); });
    CHECK(flag.category == "data split");
    CHECK(flag.key == "data.splits.train.indices_sha256");
    CHECK(flag.differences.at(0).scope == "mnist, 60000 samples, seed 0");
  }
  SUBCASE("2. fewer samples in the test split") {
    const Flag flag = the_flag([](Json& r) { set(r, "/data/splits/test/count", 5000); });
    CHECK(flag.key == "data.splits.test.count");
    CHECK(flag.text() ==
          "data split: data.splits.test.count (mnist) is 10000 in row 1, 5000 in row 2; they did "
          "not see the same samples");
  }
  SUBCASE("3. other files of the same name") {
    const Flag flag =
        the_flag([](Json& r) { set(r, "/data/files/0/sha256", std::string(64, 'b')); });
    CHECK(flag.category == "data files");
    CHECK(flag.key == "data.files");
  }
  SUBCASE("4. preprocessing that shows in the pixels") {
    const Flag flag = the_flag([](Json& r) { set(r, "/data/pixels/mean", 0.0); });
    CHECK(flag.category == "preprocessing");
    CHECK(flag.key == "data.pixels");
  }
  SUBCASE("5. preprocessing that was asked for") {
    std::vector<ComparedRun> runs;
    for (const bool invert : {false, true}) {
      Json record = make_record({});
      record["config"]["data"]["invert"] = invert;
      runs.push_back(test::planned_run("record.json", record));
    }
    const auto flags = compare(std::move(runs)).flags;
    REQUIRE(flags.size() == 1);
    CHECK(flags[0].category == "preprocessing");
    CHECK(flags[0].key == "config.data.invert");
  }
  SUBCASE("6. a metric with another definition") {
    const Flag flag = the_flag([](Json& r) {
      r["config"]["classify"]["metrics"][0] = {{"type", "accuracy"}, {"top", 5}};
    });
    CHECK(flag.category == "metric definition");
    CHECK(flag.text() ==
          "metric definition: config.classify.metrics.accuracy is accuracy in row 1, "
          "accuracy(top=5) in row 2; the figures measure different things");
  }
  SUBCASE("7. another number of classes") {
    const Flag flag = the_flag([](Json& r) { set(r, "/data/classes", 5); });
    CHECK(flag.category == "metric definition");
    CHECK(flag.key == "data.classes");
  }
  SUBCASE("8. more epochs") {
    const Flag flag = the_flag([](Json& r) { test::set_epochs(r, 2, 20); });
    CHECK(flag.category == "epochs");
    CHECK(flag.key == "stages[].epochs of classify");
  }
  SUBCASE("9. another dtype") {
    const Flag flag = the_flag([](Json& r) { set(r, "/config/dtype", "float32"); });
    CHECK(flag.category == "dtype");
    CHECK(flag.key == "config.dtype");
  }
  SUBCASE("9. products of other digits; records without the key multiplied in float32") {
    const auto asks = [](const char* what) {
      return [what](Json& r) { r["config"]["matmul_precision"] = what; };
    };
    const Flag flag = the_flag(asks("medium"));
    CHECK(flag.category == "dtype");
    CHECK(flag.key == "config.matmul_precision");
  }
  SUBCASE("10. another strata") {
    const Flag flag = the_flag([](Json& r) { set(r, "/provenance/strata/version", "0.2.0"); });
    CHECK(flag.category == "strata version");
    CHECK(flag.key == "provenance.strata.version");
    CHECK(the_flag([](Json& r) { set(r, "/provenance/strata/commit", "0123456"); }).key ==
          "provenance.strata.commit");
    CHECK(the_flag([](Json& r) {
            r["provenance"]["plugins"] = Json::array({{{"sha256", std::string(64, 'c')}}});
          }).key == "provenance.plugins");
  }
  SUBCASE("13. fewer epochs done than planned") {
    const Flag flag = the_flag([](Json& r) {
      Json& epochs = r["stages"][2]["epochs"];
      epochs.erase(epochs.begin() + 7, epochs.end());
    });
    CHECK(flag.text() ==
          "epochs: stages[].epochs of classify in all is 10 in row 1, 7 in row 2; some trained "
          "longer");
  }
  SUBCASE("14. a data setting that only one side has") {
    const Flag flag = the_flag([](Json& r) { r["config"]["data"]["scale"] = "unit"; });
    CHECK(
        flag.text() ==
        "preprocessing: config.data.scale is \"unit\" in row 1, absent in row 2; they did not see "
        "the same values");
  }
  SUBCASE("11. epochs moved from one stage to the other") {
    CHECK(the_flag([](Json& r) {
            test::set_epochs(r, 0, 5);
            test::set_epochs(r, 1, 15);
          }).text() ==
          "epochs: stages[].epochs of pretrain (pretrain-1, pretrain-2) is 10 + 10 in row "
          "1, 5 + 15 in row 2; some trained longer");
  }
  SUBCASE("12. another machine, for timings") {
    const Flag flag = the_flag([](Json& r) { set(r, "/provenance/cpu", "Another CPU"); });
    CHECK(flag.category == "machine");
    CHECK(
        flag.text() ==
        "machine: provenance.cpu is Made-up CPU in row 1, Another CPU in row 2; timings cannot be "
        "compared, and sums may differ in their last digits");
    CHECK(the_flag([](Json& r) { set(r, "/provenance/compiler", "Clang 14"); }).key ==
          "provenance.compiler");
    CHECK(the_flag([](Json& r) { set(r, "/provenance/blas/name", "MKL"); }).key ==
          "provenance.blas");
    CHECK(the_flag([](Json& r) { set(r, "/provenance/blas/threads", 1); }).key ==
          "provenance.blas.threads");
  }
}

TEST_CASE("the order of the batches and the training loss are settings like any other") {
  CHECK(flags_after([](Json& r) { r["config"]["data"]["order"] = "sequential"; }).empty());
  CHECK(
      flags_after([](Json& r) { set(r, "/config/classify/loss/type", "cross_entropy"); }).empty());
}

TEST_CASE("a flag tells of every row that it marks, scope by scope") {
  std::vector<ComparedRun> runs;
  const std::vector<std::pair<size_t, size_t>> epochs = {{10, 10}, {10, 10}, {10, 20}, {5, 15}};
  for (size_t row = 0; row < epochs.size(); ++row) {
    RunSpec spec;
    spec.lr = 0.1 * double(row + 1);
    spec.accuracy = 0.9 + 0.01 * double(row);
    Json record = make_record(spec);
    test::set_epochs(record, 0, epochs[row].first);
    test::set_epochs(record, 1, epochs[row].second);
    runs.push_back(test::planned_run("record.json", record));
  }
  const auto flags = compare(std::move(runs)).flags;
  REQUIRE(flags.size() == 1);
  CHECK(flags[0].marked == std::vector<size_t>{0, 1, 2, 3});  // of three values none is the usual
  CHECK(flags[0].text() ==
        "epochs: stages[].epochs of pretrain in all is 20 in rows 1, 2 and 4, 30 in row 3, and "
        "(pretrain-1, pretrain-2) is 10 + 10 in rows 1 and 2, 10 + 20 in row 3, 5 + 15 in row 4; "
        "some trained longer");
}

TEST_CASE("runs of one row that are not alike are flagged too") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed) {
    RunSpec spec;
    spec.seed = seed;
    Json record = make_record(spec);
    if (seed == 2) set(record, "/provenance/cpu", "Another CPU");
    runs.push_back(test::planned_run("record.json", record));
  }
  const Comparison c = compare(std::move(runs));  // another machine makes no row of its own
  REQUIRE(c.groups.size() == 1);
  REQUIRE(c.flags.size() == 1);
  CHECK(c.flags[0].differences.at(0).sides[0].runs == 2);
  CHECK(c.flags[0].differences.at(0).sides[1].runs == 1);
  CHECK(c.flags[0].marked == std::vector<size_t>{0});
}

TEST_CASE("a split drawn by the seed is no fault between seeds, and one between settings") {
  const auto by_seed = [](Json& record) {
    set(record, "/data/splits/train/indices_sha256",
        sha256_hex("drawn by " + record["seed"].dump()));
  };
  std::vector<ComparedRun> runs;
  for (const double lr : {0.1, 1.0})
    for (int64_t seed = 0; seed < 4; ++seed) {
      RunSpec spec;
      spec.seed = seed;
      spec.lr = lr;
      Json record = make_record(spec);
      by_seed(record);
      runs.push_back(test::planned_run("record.json", record));
    }
  CHECK(compare(runs).flags.empty());
  CHECK(flags_after(by_seed).size() == 1);  // one, though it differs for each of three seeds
}

TEST_CASE("what is compared on purpose is no fault") {
  const auto longer = [](Json& r) {
    r["config"]["classify"]["epochs"] = 20;
    test::set_epochs(r, 2, 20);
  };
  CHECK(flags_after(longer).size() == 1);
  CompareOptions options;
  options.by = {"classify.epochs"};
  CHECK(flags_after(longer, options).empty());
  const auto moved = [](Json& r) {
    r["config"]["pretrain"]["stages"] = {{{"epochs", 5}}, {{"epochs", 15}}};
    test::set_epochs(r, 0, 5);
    test::set_epochs(r, 1, 15);
  };
  options.by = {"pretrain.epochs"};
  CHECK(flags_after(moved).size() == 1);
  CHECK(flags_after(moved, options).empty());
  options.by = {"classify.optimizer.lr"};
  CHECK(flags_after(longer, options).size() == 1);
}

TEST_CASE("epochs asked for alike and trained otherwise are a fault whatever --by names") {
  std::vector<ComparedRun> runs;
  for (const char* strategy : {"greedy", "end_to_end"})
    for (const int64_t epochs : {5, 10})
      for (int64_t seed = 0; seed < 3; ++seed) {
        RunSpec spec;
        spec.strategy = strategy;
        spec.epochs = epochs;
        spec.seed = seed;
        runs.push_back(test::planned_run("r.json", make_record(spec)));
      }
  CompareOptions options;
  options.by = {"strategy", "pretrain.epochs"};
  options.metrics = {"reconstruction_error"};
  const Comparison c = compare(std::move(runs), options);
  REQUIRE(c.groups.size() == 4);  // end_to_end of 5 and of 10, greedy of 5 and of 10
  const auto& flags = c.flags;
  CHECK(flags.at(0).text() ==
        "epochs: stages[].epochs of pretrain (pretrain.epochs 5) is 5 in row 1, 10 in row 3, and "
        "(pretrain.epochs 10) is 10 in row 2, 20 in row 4; some trained longer");
  CHECK(flags[0].between(0, 2));
  CHECK(flags[0].between(1, 3));
  CHECK_FALSE(flags[0].between(0, 1));  // compared on purpose
  CHECK_FALSE(flags[0].between(0, 3));
}

TEST_CASE("--by a section of the file compares all in it on purpose") {
  std::vector<ComparedRun> runs;
  for (const int64_t epochs : {5, 10})
    for (int64_t seed = 0; seed < 3; ++seed) {
      RunSpec spec;
      spec.strategy = "none";
      spec.seed = seed;
      Json record = make_record(spec);
      record["config"]["classify"]["epochs"] = epochs;
      record["config"]["data"]["train_size"] = 100 * epochs;
      record["data"]["splits"]["train"]["count"] = 100 * epochs;
      Json& list = record["stages"].back()["epochs"];
      list.erase(list.begin() + epochs, list.end());
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.by = {"classify", "data"};
  CHECK(compare(runs, options).flags.empty());
  options.by = {"classify"};
  CHECK(compare(runs, options).flags.at(0).text().find("data.splits.train.count") !=
        std::string::npos);
}

TEST_CASE("what early stopping makes of the seeds of one row is no fault where it is compared") {
  std::vector<ComparedRun> runs;
  for (int64_t seed = 0; seed < 3; ++seed) {
    RunSpec spec;
    spec.seed = seed;
    Json record = make_record(spec);
    record["config"]["classify"]["early_stopping"] = {{"metric", "accuracy"}, {"patience", 2}};
    Json& epochs = record["stages"][2]["epochs"];
    epochs.erase(epochs.begin() + 5 + seed, epochs.end());
    runs.push_back(test::planned_run("record.json", record));
  }
  CHECK(compare(runs).flags.size() == 1);
  CompareOptions options;
  options.by = {"patience"};
  CHECK(compare(runs, options).flags.empty());
}

TEST_CASE("data sets that are compared are no fault, of whatever size; a size asked for is") {
  const auto run = [](const std::string& dataset, int64_t train, const Json& asked) {
    RunSpec spec;
    spec.dataset = dataset;
    Json record = make_record(spec);
    set(record, "/data/splits/train/count", train);
    record["config"]["data"]["train_size"] = asked;
    return test::planned_run("record.json", record);
  };
  const ComparedRun mnist = run("mnist", 60000, nullptr);
  CHECK(compare({mnist, run("fashion_mnist", 60000, nullptr)}).flags.empty());
  CHECK(compare({mnist, run("fashion_mnist", 10000, nullptr)}).flags.empty());
  const auto flags = compare({mnist, run("fashion_mnist", 6000, 6000)}).flags;
  REQUIRE(flags.size() == 1);
  CHECK(flags[0].text() ==
        "data split: data.splits.train.count is 6000 in row 1, the data set's own in row 2; they "
        "did not see the same samples");
}

TEST_CASE("what two data sets' splits are is told set by set, each by its name") {
  std::vector<ComparedRun> runs;
  for (const char* dataset : {"fashion_mnist", "mnist"})
    for (const int64_t size : {1000, 3000}) {
      RunSpec spec;
      spec.dataset = dataset;
      spec.lr = double(size);
      Json record = make_record(spec);
      set(record, "/data/splits/train/count", size);
      record["config"]["data"]["train_size"] = size;
      runs.push_back(test::planned_run("record.json", record));
    }
  const auto flags = compare(std::move(runs)).flags;
  REQUIRE(flags.size() == 1);
  CHECK(flags[0].text() ==
        "data split: data.splits.train.count (fashion_mnist) is 1000 in row 1, 3000 in row 2, and "
        "(mnist) is 1000 in row 3, 3000 in row 4; they did not see the same samples");
}

TEST_CASE("a flag lists no rows twice") {
  std::vector<ComparedRun> runs;
  for (const int64_t size : {1000, 3000, 60000}) {
    RunSpec spec;
    spec.dataset = size == 60000 ? "fashion_mnist" : "mnist";
    Json record = make_record(spec);
    set(record, "/data/splits/train/count", size);
    if (size < 60000) record["config"]["data"]["train_size"] = size;
    runs.push_back(test::planned_run("record.json", record));
  }
  const auto flags = compare(std::move(runs)).flags;
  REQUIRE(flags.size() == 1);
  CHECK(flags[0].text() ==
        "data split: data.splits.train.count is the data set's own in row 1, 1000 in row 2, 3000 "
        "in row 3; they did not see the same samples");
}

TEST_CASE("early stopping that is compared on purpose is no fault") {
  const auto stopped = [](Json& r) {
    r["config"]["classify"]["early_stopping"] = {{"metric", "accuracy"}, {"patience", 2}};
    Json& epochs = r["stages"][2]["epochs"];
    epochs.erase(epochs.begin() + 7, epochs.end());
  };
  CHECK(flags_after(stopped).size() == 1);
  CompareOptions options;
  options.by = {"patience"};
  CHECK(flags_after(stopped, options).empty());
}

TEST_CASE("a plan that early stopping cut to what the other had is no longer training") {
  CHECK(flags_after([](Json& r) { r["config"]["classify"]["epochs"] = 30; }).empty());
}

TEST_CASE("the classifier's epochs concern nothing that stands before it trains") {
  const ComparedRun run = compared_run("r.json", make_record({}));
  const auto metric = [&](const char* name) {
    return ComparedMetric{name, run.figures.at(name), true};
  };
  const Flag classify = the_flag([](Json& r) { test::set_epochs(r, 2, 20); });
  for (const char* name : {"accuracy", "train.nll.classify", "loss.classify", "nll.classify"})
    CHECK(classify.concerns(metric(name)));
  for (const char* name :
       {"reconstruction_error", "relative_error", "loss.pretrain-1", "relative_loss.pretrain-1",
        "train.reconstruction_error.pretrain-2", "reconstruction_error.pretrain-2"})
    CHECK_FALSE(classify.concerns(metric(name)));
  const Flag pretrain = the_flag([](Json& r) { test::set_epochs(r, 0, 20); });
  for (const char* name : {"accuracy", "reconstruction_error", "loss.pretrain-1"})
    CHECK(pretrain.concerns(metric(name)));
}

TEST_CASE("rows are listed as one reads them") {
  CHECK(row_list({0}) == "1");
  CHECK(row_list({0, 1}) == "1 and 2");
  CHECK(row_list({0, 2, 5}) == "1, 3 and 6");
  CHECK(row_list({0, 1, 2, 3, 8}) == "1 to 4 and 9");
}
