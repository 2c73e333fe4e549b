#include "strata/report/comparing/notes.hpp"

#include <doctest/doctest.h>

#include "report/compared.hpp"

using namespace strata;
using namespace strata::test;
using Strings = std::vector<std::string>;

namespace {

const std::string kGuess =
    "runs whose accuracy cannot be told from guessing (always the commonest class): ";

/// A run of this accuracy on a test set of these classes.
ComparedRun on_classes(double lr, int64_t seed, double accuracy, const Json& class_counts) {
  RunSpec spec;
  spec.lr = lr;
  spec.seed = seed;
  return run(spec, [&](Json& record) {
    record["metrics"]["test"]["accuracy"] = accuracy;
    record["data"]["splits"]["test"]["class_counts"] = class_counts;
  });
}

Strings notes(std::vector<ComparedRun> runs) {
  return compare(std::move(runs), options({"accuracy"})).notes;
}

}  // namespace

// Ten classes of 1000 test samples: guessing is right in a tenth, and by chance in up to
// 0.1 + 3 sqrt(0.1 * 0.9 / 10000) = 0.109.
TEST_CASE("a mean over runs that guess and runs that do not is told") {
  CHECK(
      notes(accuracies({{0.1, {0.91, 0.92, 0.93}},
                        {1, {0.92, 0.1, 0.94}},
                        {10, {0.1, 0.108, 0.08}},
                        {100, {0.1, 0.1, 0.1}}})) ==
      Strings{kGuess +
              "1 of 3 in row 2, 3 of 3 in rows 3 and 4; some runs of row 2 learn and others guess: "
              "never called best; the classifier's mean in row 2 is near no run's, so interval and "
              "tests say little there: see how many do better"});
  CHECK(notes(accuracies({{0.1, {0.91, 0.92}}, {10, {0.1, 0.09}}})) ==
        Strings{kGuess + "2 of 2 in row 2"});
  CHECK(notes(accuracies({{0.1, {0.91, 0.92}}, {10, {0.11, 0.91}}})).empty());
  const auto of_pixels = options({"reconstruction_error", "training_seconds"});
  CHECK(compare(accuracies({{0.1, {0.91}}, {10, {0.1}}}), of_pixels).notes.empty());
}

// The runs of a weak learner that has one mode: the mean is 0.236, and that of a run 0.23.
TEST_CASE("that a mean is near no run's is said where it is so alone") {
  const auto told = [](const std::vector<double>& values) {
    const auto found = notes(accuracies({{0.1, {0.91, 0.92}}, {1, values}}));
    REQUIRE(found.size() == 1);
    return found[0].find("is near no run's") != std::string::npos;
  };
  CHECK_FALSE(told({0.105, 0.17, 0.19, 0.23, 0.26, 0.27, 0.30, 0.32}));
  CHECK(told({0.1, 0.1, 0.1, 0.88, 0.92, 0.95}));
}

TEST_CASE("a classifier that learned in some runs and guesses in others is never best") {
  const auto stars = [](const std::vector<double>& first, const std::vector<double>& second) {
    const Comparison c = compare(accuracies({{0.1, first}, {1, second}}),
                                 options({"accuracy", "reconstruction_error"}));
    return std::vector<bool>{cell(c, 0, "accuracy").best, cell(c, 1, "accuracy").best};
  };
  CHECK(stars({0.91, 0.92, 0.91}, {0.1, 0.1, 0.1}) == std::vector<bool>{true, false});
  CHECK(stars({0.91, 0.92, 0.91}, {0.93, 0.1, 0.1}) == std::vector<bool>{true, false});
  CHECK(stars({0.3, 0.1, 0.3}, {0.1, 0.1, 0.1}) == std::vector<bool>{false, false});
}

TEST_CASE("guessing is naming the commonest class") {
  const Json most_are_second{2000, 7000, 1000};  // 0.7 + 3 sqrt(0.21 / 10000) = 0.71375
  CHECK(notes({on_classes(0.1, 0, 0.713, most_are_second),
               on_classes(1, 0, 0.714, most_are_second)}) == Strings{kGuess + "1 of 1 in row 1"});
  const Json few{2, 7, 1};  // 0.7 + 3 sqrt(0.21 / 10) = 1.13: nothing can be told
  CHECK(notes({on_classes(0.1, 0, 1.0, few)}) == Strings{kGuess + "1 of 1 in row 1"});
}

TEST_CASE("of what is not known nothing is told") {
  CHECK(notes({on_classes(0.1, 0, 0.05, nullptr), on_classes(0.1, 1, 0.9, nullptr)}).empty());
  RunSpec diverged;
  diverged.seed = 1;
  diverged.status = "diverged";
  const auto told =
      notes({with_accuracy(0.1, 0, 0.91),
             run(diverged, [](Json& record) { record["metrics"]["test"]["accuracy"] = 0.05; })});
  for (const std::string& note : told) CHECK(note.rfind(kGuess, 0) != 0);
}
