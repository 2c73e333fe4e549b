#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "strata/report/comparability.hpp"
#include "strata/report/compared_run.hpp"
#include "strata/report/statistics.hpp"
#include "strata/support/json.hpp"

namespace strata {

struct CompareOptions {
  std::vector<std::string> by;       ///< settings that make the rows; all that vary where empty
  std::vector<std::string> metrics;  ///< columns; those of the test split where empty; "all"
  std::string sort;                  ///< a metric (best first) or a setting; "-" before it reverses
  std::string baseline;              ///< "key=value,..." or an experiment's name; empty: none
};

/// One metric of one group, over its completed runs.
struct Cell {
  Summary summary;
  std::vector<double> values;
  std::string unit;             ///< what it was measured on; "" where that plays no part
  bool best = false;            ///< of those it may be compared with
  bool chosen_on_test = false;  ///< measured on the split that also chose something
};

/// Runs that differ in nothing but the seed (or, under --by, in what was not asked for).
struct Group {
  std::vector<std::string> values;       ///< one for each of Comparison::keys
  std::vector<std::string> names;        ///< the experiments' names
  std::vector<const ComparedRun*> runs;  ///< all, by seed; a seed run again counts once
  std::map<std::string, int64_t> statuses;
  std::vector<Cell> cells;         ///< one for each of Comparison::metrics
  std::string marks;               ///< of the flags that concern it: "a,c"
  std::vector<StageCurve> curves;  ///< mean over the completed runs, epoch by epoch
  int64_t count(const std::string& status) const;
};

struct Metric {
  std::string name;
  int direction = 0;       ///< +1 larger is better, -1 smaller, 0 not known
  bool comparable = true;  ///< false where the groups' units differ
};

/// A group against the baseline in one metric, by pairs of equal seed.
struct Paired {
  size_t group = 0, metric = 0;
  bool comparable = true;       ///< else nothing was tested
  int64_t unpaired = 0;         ///< runs of either side whose seed the other lacks
  PairedTest test;              ///< group minus baseline
  double p_t = 0, p_exact = 0;  ///< corrected by Holm over the groups
  Verdict verdict = Verdict::too_few;
};

struct Comparison {
  std::vector<ComparedRun> runs;  ///< the groups point into it
  std::vector<std::string> keys;  ///< settings that tell the rows apart, full paths
  std::vector<Metric> metrics;
  std::vector<Group> groups;
  std::vector<Flag> flags;
  std::vector<std::string> notes;  ///< sentences: what the reader must know beside the flags
  bool has_baseline = false;
  size_t baseline = 0;
  std::vector<Paired> paired;

  Comparison() = default;
  Comparison(Comparison&&) = default;
  Comparison& operator=(Comparison&&) = default;
};

/// Throws UserError where an option names a setting, metric or baseline that is not there, or there
/// are no runs.
Comparison compare(std::vector<ComparedRun> runs, const CompareOptions& options = {});

}  // namespace strata
