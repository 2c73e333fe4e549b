#pragma once
// The best runs by a figure. Implemented in best.cpp.
#include <string>
#include <vector>

#include "strata/report/comparing/statistics.hpp"
#include "strata/report/reading/compared_run.hpp"

namespace strata {

struct BestOptions {
  std::string metric;                ///< "accuracy"; empty: the runs' main figure
  std::string split = "validation";  ///< whose figure decides: "validation" or "test"
  std::string by;                    ///< a setting: the best run of each of its values
};

/// The completed runs in the order of one figure.
struct BestRuns {
  struct Entry {
    const ComparedRun* run = nullptr;
    double value = 0;
    double tested = 0;  ///< the same figure of the test split, where another decides; else NaN
    Summary seeds;      ///< of the figure, over all completed runs of these settings
  };
  struct List {
    std::string value;           ///< of the setting `by`; "" where it has none
    std::vector<Entry> entries;  ///< the best first
  };
  std::vector<ComparedRun> runs;  ///< settled; the entries point into it
  std::string figure, tested;     ///< "validation.accuracy", "accuracy"; `tested` may be empty
  RunFigure declared;             ///< what the records say of the figure
  std::string key;                ///< of `by`, in full
  std::vector<List> lists;        ///< one, or one for each value
  std::vector<std::string> notes;

  BestRuns() = default;
  BestRuns(BestRuns&&) = default;
  BestRuns& operator=(BestRuns&&) = default;
};

/// A figure of the test split stands for the same of the split that decides. Its direction is what
/// the records declare. Runs whose record was changed by hand take no part, nor do those without
/// the figure: a note says so. Throws UserError where the figure or the setting is not there or has
/// no better side, and where it cannot be compared between the runs of a list: raw errors of
/// different data, codes of different encoders, other test data.
BestRuns best_runs(std::vector<ComparedRun> runs, const BestOptions& options);

}  // namespace strata
