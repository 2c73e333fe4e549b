#include "strata/report/comparing/cells.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "report/make_records.hpp"
#include "strata/report/rendering/comparison_text.hpp"

using namespace strata;
using test::make_record;
using test::RunSpec;
using Strings = std::vector<std::string>;

namespace {

/// Learning rates 0.1, 1 and 2 with accuracies about 0.90, 0.92 and 0.95, and nll 0.30, 0.28 and
/// 0.25, or as `last` says; `change` is made to the last.
Comparison three_rows(const std::function<void(Json&)>& change, const Strings& by = {},
                      double last = 0.95) {
  std::vector<ComparedRun> runs;
  const double rates[] = {0.1, 1, 2}, means[] = {0.90, 0.92, last};
  for (size_t row = 0; row < 3; ++row)
    for (int64_t seed = 0; seed < 3; ++seed) {
      RunSpec spec;
      spec.lr = rates[row];
      spec.seed = seed;
      Json record = make_record(spec);
      const double accuracy = means[row] + 0.0001 * double(seed * seed);
      record["metrics"]["test"]["accuracy"] = accuracy;
      record["metrics"]["test"]["nll"] = 1.2 - accuracy;
      if (row == 2) change(record);
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.by = by;
  options.metrics = {"accuracy", "nll"};
  options.baseline = "lr=0.1";
  return compare(std::move(runs), options);
}

std::string rate(const Comparison& c, size_t group) {
  for (size_t k = 0; k < c.keys.size(); ++k)
    if (c.keys[k] == "classify.optimizer.lr") return c.groups[group].values[k];
  return "no rate";
}

/// "accuracy 2, nll 1": the learning rates of the stars.
std::string stars(const Comparison& c) {
  std::string text;
  for (size_t m = 0; m < c.metrics.size(); ++m)
    for (size_t g = 0; g < c.groups.size(); ++g)
      if (c.groups[g].cells[m].best)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", c.metrics[m].name, rate(c, g));
  return text;
}

/// "accuracy 2": where nothing is tested.
std::string refused(const Comparison& c) {
  std::string text;
  for (const Paired& paired : c.paired)
    if (verdict_text(paired, 1) == "not comparable")
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", c.metrics[paired.metric].name,
                          rate(c, paired.group));
  return text;
}

}  // namespace

TEST_CASE("nothing is best across a flagged difference, and some make figures not comparable") {
  const auto rows = [](const char* pointer, const Json& value) {
    const auto change = [&](Json& r) { r.at(Json::json_pointer(pointer)) = value; };
    const Comparison c = three_rows(change);
    CHECK(c.flags.size() == 1);
    // Where the flagged row is the worst, the best of the others stands out.
    CHECK(stars(three_rows(change, {}, 0.85)) == "accuracy 1, nll 1");
    return stars(c) + "; " + refused(c);
  };
  // Row 2 is worse than row 3, and nothing may be compared with that.
  const std::string none = "; ";
  CHECK(rows("/provenance/strata/version", "0.1.0x") == none);
  const auto longer = [](Json& r) { test::set_epochs(r, 2, 20); };
  CHECK(stars(three_rows(longer)).empty());
  CHECK(stars(three_rows(longer, {}, 0.85)) == "accuracy 1, nll 1");
  CHECK(rows("/config/dtype", "float32") == none);
  CHECK(rows("/data/pixels/mean", 0.0) == none + "accuracy 2, nll 2");
  CHECK(rows("/data/files/0/sha256", std::string(64, 'b')) == none + "accuracy 2, nll 2");
  CHECK(rows("/data/classes", 5) == none + "accuracy 2, nll 2");
  // One metric's definition concerns no other; machines differ in costs alone.
  CHECK(rows("/config/classify/metrics/0", {{"type", "accuracy"}, {"top", 5}}) ==
        "nll 2; accuracy 2");
  CHECK(rows("/provenance/cpu", "Another CPU") == "accuracy 2, nll 2; ");
  CHECK(stars(three_rows([](Json&) {})) == "accuracy 2, nll 2");
}

TEST_CASE("epochs that are compared on purpose may be best") {
  const auto longer = [](Json& r) {
    r["config"]["classify"]["epochs"] = 20;
    test::set_epochs(r, 2, 20);
  };
  CHECK(stars(three_rows(longer)).empty());
  CHECK(stars(three_rows(longer, {"classify.epochs", "classify.optimizer.lr"})) ==
        "accuracy 2, nll 2");
}

TEST_CASE("a metric that is asked for twice, or offered beside, is one column") {
  std::vector<ComparedRun> runs;
  for (const char* dataset : {"mnist", "fashion_mnist"}) {
    RunSpec spec;
    spec.dataset = dataset;
    runs.push_back(test::planned_run("r.json", make_record(spec)));
  }
  const auto columns = [&](const Strings& metrics) {
    CompareOptions options;
    options.metrics = metrics;
    Strings names;
    for (const ComparedMetric& metric : compare(runs, options).metrics)
      names.push_back(metric.name);
    return names;
  };
  const Strings both = {"reconstruction_error", "relative_error"};
  CHECK(columns({"reconstruction_error"}) == both);
  CHECK(columns({"reconstruction_error", "relative_error"}) == both);
  CHECK(columns({"relative_error", "reconstruction_error", "relative_error"}) ==
        Strings{"relative_error", "reconstruction_error"});
}

TEST_CASE("a figure that some of a row's runs lack is never best") {
  const auto lacks = [](int64_t seed) {
    return [seed](Json& r) {
      if (r["seed"] == seed) r["metrics"]["test"]["accuracy"] = nullptr;
    };
  };
  CHECK(stars(three_rows(lacks(9))) == "accuracy 2, nll 2");
  CHECK(stars(three_rows(lacks(0))) == "accuracy 1, nll 2");  // of two seeds: as good as none
}

namespace {

/// The stars, by rate, of rows at rates 1, 2 ... with rising accuracies, each of so many seeds.
std::string stars_of(const std::vector<int64_t>& seeds) {
  std::vector<ComparedRun> runs;
  for (size_t row = 0; row < seeds.size(); ++row)
    for (int64_t seed = 0; seed < seeds[row]; ++seed) {
      RunSpec spec;
      spec.lr = static_cast<double>(row + 1);
      spec.seed = seed;
      Json record = make_record(spec);
      record["metrics"]["test"]["accuracy"] = 0.9 + 0.01 * spec.lr + 0.0001 * double(seed * seed);
      runs.push_back(test::planned_run("r.json", record));
    }
  CompareOptions options;
  options.metrics = {"accuracy"};
  return stars(compare(std::move(runs), options));
}

}  // namespace

TEST_CASE("the best has a rival of three seeds") {
  CHECK(stars_of({3, 5}) == "accuracy 2");
  CHECK(stars_of({2, 5}).empty());
  CHECK(stars_of({1, 5}).empty());
}

TEST_CASE("a flagged row in the interval keeps the star off, one outside and few seeds do not") {
  // Row 2's interval is 0.92017 +- 0.00052.
  const auto float32 = [](Json& r) { r["config"]["dtype"] = "float32"; };
  CHECK(stars(three_rows(float32, {}, 0.9005)) == "accuracy 1, nll 1");
  CHECK(stars(three_rows(float32, {}, 0.9198)).empty());
  // Rows of one or two seeds neither have a star nor take one.
  CHECK(stars_of({5, 5, 1}) == "accuracy 2");
  CHECK(stars_of({5, 5, 2}) == "accuracy 2");
  CHECK(stars_of({5, 5, 3}) == "accuracy 3");
}

TEST_CASE("a row that lost runs is never best, nor is another that is worse than it") {
  const auto with_lost = [](const char* status, double lost_row, double other_row) {
    std::vector<ComparedRun> runs;
    for (int64_t seed = 0; seed < 4; ++seed)
      for (const double lr : {0.1, 1.0}) {
        RunSpec spec;
        spec.seed = seed;
        spec.lr = lr;
        if (lr == 0.1 && seed == 3) spec.status = status;
        Json record = make_record(spec);
        if (spec.status == "completed")
          record["metrics"]["test"]["accuracy"] =
              (lr == 0.1 ? lost_row : other_row) + 0.0001 * double(seed * seed);
        runs.push_back(test::planned_run("r.json", record));
      }
    CompareOptions options;
    options.metrics = {"accuracy"};
    return compare(std::move(runs), options);
  };
  for (const char* status : {"failed", "diverged"}) {
    CHECK(stars(with_lost(status, 0.95, 0.90)).empty());
    CHECK(stars(with_lost(status, 0.90, 0.95)) == "accuracy 1");
    CHECK(with_lost(status, 0.95, 0.90).notes ==
          Strings{fmt::format("1 {} (row 1); the figures of row 1 are of the completed runs alone, "
                              "which may be the lucky ones, and are never called best",
                              status)});
  }
  CHECK(stars(with_lost("interrupted", 0.95, 0.90)) == "accuracy 0.1");
  CHECK(with_lost("interrupted", 0.95, 0.90).notes ==
        Strings{"1 interrupted (row 1); the figures of row 1 are of the completed runs alone"});
}

TEST_CASE("a row without a completed run has no figures to be lucky") {
  std::vector<ComparedRun> runs;
  for (const double lr : {0.1, 1.0}) {
    RunSpec spec;
    spec.lr = lr;
    spec.status = lr == 1.0 ? "diverged" : "completed";
    runs.push_back(test::planned_run("r.json", make_record(spec)));
  }
  CHECK(compare(runs).notes ==
        Strings{"1 diverged (row 2); no run of row 2 has completed: no figures"});
}
