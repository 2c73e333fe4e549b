#include "strata/report/comparing/notes.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "report/compared.hpp"

using namespace strata;
using namespace strata::test;
using Strings = std::vector<std::string>;

namespace {

/// Runs of these accuracies by rate; what is beside 0.1 or below was noted to guess.
std::vector<ComparedRun> learners(const std::map<double, std::vector<double>>& by_rate) {
  std::vector<ComparedRun> runs;
  for (const auto& [lr, values] : by_rate)
    for (size_t seed = 0; seed < values.size(); ++seed) {
      RunSpec spec;
      spec.lr = lr;
      spec.seed = static_cast<int64_t>(seed);
      runs.push_back(run(spec, [&, value = values[seed]](Json& record) {
        record["metrics"]["test"]["accuracy"] = value;
        if (value < 0.109)
          record["notes"] = {
              {{"kind", "chance"}, {"text", fmt::format("it guesses: {:.3f} are right", value)}}};
      }));
    }
  return runs;
}

Strings notes(std::vector<ComparedRun> runs) {
  return compare(std::move(runs), options({"accuracy"})).notes;
}

}  // namespace

TEST_CASE("what was noted of single runs is told once, with how many runs of which rows") {
  CHECK(
      notes(learners({{0.1, {0.91, 0.92, 0.93}},
                      {1, {0.92, 0.1, 0.94}},
                      {10, {0.1, 0.108, 0.08}},
                      {100, {0.1, 0.1, 0.1}}})) ==
      Strings{"it guesses (1 of 3 runs in row 2, 3 of 3 runs in rows 3 and 4): never called best"});
  CHECK(notes(learners({{0.1, {0.91, 0.92}}, {10, {0.11, 0.91}}})).empty());
  const auto of_pixels = options({"reconstruction_error", "training_seconds"});
  CHECK(compare(learners({{0.1, {0.91}}, {10, {0.1}}}), of_pixels).notes.empty());
}

TEST_CASE("a classifier that guesses in some runs is never best, and what it started from may be") {
  const auto stars = [](const std::vector<double>& first, const std::vector<double>& second) {
    const Comparison c = compare(learners({{0.1, first}, {1, second}}),
                                 options({"accuracy", "reconstruction_error"}));
    return std::vector<bool>{cell(c, 0, "accuracy").best, cell(c, 1, "accuracy").best};
  };
  CHECK(stars({0.91, 0.92, 0.91}, {0.1, 0.1, 0.1}) == std::vector<bool>{true, false});
  CHECK(stars({0.91, 0.92, 0.91}, {0.93, 0.1, 0.1}) == std::vector<bool>{true, false});
  CHECK(stars({0.3, 0.1, 0.3}, {0.1, 0.1, 0.1}) == std::vector<bool>{false, false});
  const Comparison guessing = compare(learners({{0.1, {0.1}}}));
  const Group& group = guessing.groups[0];  // it refers to the comparison's runs
  CHECK(group.noted(true));
  CHECK_FALSE(group.noted(false));
}
