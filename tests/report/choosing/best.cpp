#include "strata/report/choosing/best.hpp"

#include <doctest/doctest.h>

#include "report/compared.hpp"
#include "strata/report/rendering/best_text.hpp"
#include "strata/support/errors.hpp"

using namespace strata;
using namespace strata::test;

namespace {

/// Rates 0.1 and 1, seeds 0 and 1. By the test split the last run is the best, by validation the
/// second.
std::vector<ComparedRun> four(const std::function<void(Json&)>& change = {}) {
  const std::vector<double> tested = {0.90, 0.92, 0.91, 0.95}, validated = {0.93, 0.97, 0.94, 0.92};
  std::vector<ComparedRun> runs;
  for (size_t i = 0; i < 4; ++i) {
    RunSpec spec;
    spec.lr = i < 2 ? 0.1 : 1.0;
    spec.seed = static_cast<int64_t>(i % 2);
    runs.push_back(run(spec, [&](Json& record) {
      record["metrics"]["test"]["accuracy"] = tested[i];
      record["metrics"]["validation"] = {{"accuracy", validated[i]}, {"nll", 1 - validated[i]}};
      if (change) change(record);
    }));
  }
  return runs;
}

std::vector<double> values(const BestRuns::List& list) {
  std::vector<double> found;
  for (const auto& entry : list.entries) found.push_back(entry.value);
  return found;
}

BestRuns best(std::vector<ComparedRun> runs, const std::string& metric,
              const std::string& split = "validation", const std::string& by = {}) {
  return best_runs(std::move(runs), {metric, split, by});
}

std::string refused(std::vector<ComparedRun> runs, const std::string& metric,
                    const std::string& split = "validation") {
  try {
    best(std::move(runs), metric, split);
  } catch (const UserError& error) {
    return error.what();
  }
  return {};
}

bool has(const std::vector<std::string>& notes, const std::string& part) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](auto& note) { return note.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("the validation data decide unless the test split is asked for, which is said") {
  const BestRuns by_validation = best(four(), "");
  CHECK(by_validation.figure == "validation.accuracy");
  REQUIRE(by_validation.lists.size() == 1);
  CHECK(values(by_validation.lists[0]) == std::vector<double>{0.97, 0.94, 0.93, 0.92});
  CHECK(by_validation.lists[0].entries[0].tested == 0.92);
  CHECK_FALSE(has(by_validation.notes, "optimistic"));
  const BestRuns by_test = best(four(), "accuracy", "test");
  CHECK(by_test.figure == "accuracy");
  CHECK(values(by_test.lists[0]) == std::vector<double>{0.95, 0.92, 0.91, 0.90});
  CHECK(has(by_test.notes,
            "chosen by the test split: of the run that is chosen, this figure is "
            "optimistic"));
  CHECK(best(four(), "validation.accuracy").figure == "validation.accuracy");
}

TEST_CASE("which side is better is what the record declares") {
  CHECK(values(best(four(), "nll").lists[0]).front() == doctest::Approx(0.03));
  CHECK(refused(four([](Json& record) { record["figures"]["accuracy"]["better"] = nullptr; }),
                "accuracy") == "--metric: validation.accuracy has no better side");
}

TEST_CASE("the best of each value of a setting, with the mean over its seeds") {
  const BestRuns each = best(four(), "accuracy", "validation", "lr");
  CHECK(each.key == "classify.optimizer.lr");
  REQUIRE(each.lists.size() == 2);
  CHECK(each.lists[0].value == "0.1");
  CHECK(values(each.lists[0]) == std::vector<double>{0.97, 0.93});
  CHECK(each.lists[1].value == "1");
  CHECK(each.lists[1].entries[0].seeds.mean == doctest::Approx(0.93));
  CHECK(each.lists[1].entries[0].seeds.n == 2);
}

TEST_CASE("without validation data nothing is chosen, and both ways out are named") {
  std::vector<ComparedRun> runs = accuracies({{0.1, {0.9, 0.8}}});
  const std::string why = refused(runs, "accuracy");
  CHECK(why.find("no completed run has validation.accuracy") == 0);
  CHECK(why.find("data.validation_size") != std::string::npos);
  CHECK(why.find("--split test") != std::string::npos);
  CHECK(refused(four(), "acuracy")
            .find("--metric: no completed run has 'acuracy'; near it: "
                  "accuracy") == 0);
}

TEST_CASE("figures of different data or codes have no best run") {
  std::vector<ComparedRun> runs = four();
  RunSpec fashion;
  fashion.dataset = "fashion_mnist";
  runs.push_back(run(fashion));
  CHECK(refused(runs, "accuracy", "test")
            .find("accuracy of different data sets is no one's best "
                  "(fashion_mnist, mnist)") == 0);
  CHECK(best(runs, "accuracy", "test", "dataset").lists.size() == 2);
  CHECK(best(runs, "training_seconds").lists[0].entries.size() == 5);
}

TEST_CASE("what is not completed, lacks the figure or was changed is left out, and told") {
  std::vector<ComparedRun> runs = four();
  runs[0].status = "killed";
  runs[1].figures.erase("validation.accuracy");
  runs[2].changed = "its sha256 is not that of its content";
  const BestRuns found = best(runs, "accuracy");
  CHECK(values(found.lists[0]) == std::vector<double>{0.92});
  CHECK(has(found.notes, "1 run left out: not completed"));
  CHECK(has(found.notes, "1 run left out: without validation.accuracy"));
  CHECK(has(found.notes, "1 run left out: changed by hand"));
  CHECK_FALSE(has(found.notes, "lucky"));
  CHECK_FALSE(has(best(four(), "accuracy").notes, "left out"));
  CHECK(has(best(four(), "accuracy").notes, "lucky"));
}

TEST_CASE("as text: what decided, the order, the mean over seeds, and the folder") {
  const std::string text = best_text(best(four(), "accuracy"), 2, 140);
  CHECK(text.find("By validation.accuracy (higher is better), of 4 completed runs\n") == 0);
  CHECK(text.find("\n1               0.9700    0.9200  0.950 ± 0.028 (n 2)") != std::string::npos);
  CHECK(text.find("\n3 ") == std::string::npos);
  CHECK(text.find("results/lecture-mnist-greedy\n") != std::string::npos);
  const Json json = best_json(best(four(), "accuracy"));
  CHECK(json["lists"][0]["runs"].size() == 4);
  CHECK(json["lists"][0]["runs"][0]["value"] == 0.97);
  CHECK(json["lists"][0]["runs"][0]["test"] == 0.92);
}
