#pragma once
// Runs made up for the tests of comparing, and what is asked of the comparison.
#include <functional>
#include <stdexcept>

#include "report/make_records.hpp"
#include "strata/report/comparing/comparison.hpp"

namespace strata::test {

inline ComparedRun run(const RunSpec& spec, const std::function<void(Json&)>& change = {}) {
  Json record = make_record(spec);
  if (change) change(record);
  return test::planned_run("results/" + spec.name + "/record.json", record);
}

/// A run whose test accuracy is given.
inline ComparedRun with_accuracy(double lr, int64_t seed, double accuracy) {
  RunSpec spec;
  spec.lr = lr;
  spec.seed = seed;
  return run(spec, [&](Json& r) { r["metrics"]["test"]["accuracy"] = accuracy; });
}

inline std::vector<ComparedRun> accuracies(
    const std::vector<std::pair<double, std::vector<double>>>& all) {
  std::vector<ComparedRun> runs;
  for (const auto& [lr, values] : all)
    for (size_t seed = 0; seed < values.size(); ++seed)
      runs.push_back(with_accuracy(lr, static_cast<int64_t>(seed), values[seed]));
  return runs;
}

inline CompareOptions options(const std::vector<std::string>& metrics,
                              const std::string& baseline = {}) {
  CompareOptions made;
  made.metrics = metrics;
  made.baseline = baseline;
  return made;
}

inline const Cell& cell(const Comparison& c, size_t group, const std::string& metric) {
  for (size_t m = 0; m < c.metrics.size(); ++m)
    if (c.metrics[m].name == metric) return c.groups[group].cells[m];
  throw std::out_of_range(metric);
}

}  // namespace strata::test
