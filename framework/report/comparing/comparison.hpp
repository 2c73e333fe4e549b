#pragma once
// Runs set side by side: what `compare` and `report` show. Implemented in comparison.cpp.
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "strata/report/comparing/flags.hpp"
#include "strata/report/comparing/statistics.hpp"
#include "strata/report/reading/compared_run.hpp"
#include "strata/support/json.hpp"

namespace strata {

struct CompareOptions {
  std::vector<std::string> by;       ///< settings that make the rows; all that vary where empty
  std::vector<std::string> metrics;  ///< columns; those of the test split where empty; "all"
  std::string sort;                  ///< a metric (best first) or a setting; "-" before it reverses
  std::string baseline;              ///< "key=value,..." or an experiment's name; empty: none
  size_t top = 0;                    ///< rows that tables show, beside the baselines; 0: all
};

/// One metric of one group, over the seeds of its completed runs.
struct Cell {
  Summary summary;
  std::vector<double> values;  ///< one a seed: the mean of its runs, where a row mixes settings
  std::string unit;            ///< what it was measured on; "" where that plays no part
  bool complete = true;        ///< each of the row's completed runs has it
  /// The best of the rows of 3 seeds or more on its test data and in its unit, complete, and of no
  /// row that lost runs or of whose runs something is noted. None of the others lies within its
  /// interval, and no flag parts it from one at least. Never of a cost.
  bool best = false;
  bool chosen_on_test = false;  ///< measured on the split that also chose something
};

/// How a run stands or has ended, in the order in which they are counted.
constexpr const char* run_statuses[] = {"completed", "running",     "failed",
                                        "diverged",  "interrupted", "killed"};

/// Runs that differ in nothing but the seed (or, under --by, in what was not asked for).
struct Group {
  /// One for each of Comparison::keys; "" where there is no such setting, or it plays no part.
  std::vector<std::string> values;
  std::vector<std::string> names;           ///< the experiments' names
  std::vector<const ComparedRun*> runs;     ///< by seed: one of each, whose figures count
  std::vector<const ComparedRun*> repeats;  ///< a seed's other runs
  std::map<std::string, int64_t> statuses;  ///< of both
  std::vector<Cell> cells;                  ///< one for each of Comparison::metrics
  std::string marks;                        ///< of the flags that concern it: "a,c"
  /// Mean over the completed runs, as far as all of them have the epoch; none where these have not
  /// all the same stages.
  std::vector<StageCurve> curves;
  bool curves_cut = false;  ///< some have further epochs
  int64_t count(const std::string& status) const;
  int64_t records() const;  ///< all runs
  bool lost_runs() const;   ///< some failed or diverged
  /// Something is noted of a run whose figures count, which concerns the classifier's or all.
  bool noted(bool of_labels) const;
  /// Whether what the row measures can tell anything: on a test set of one sample it cannot.
  bool tested() const;
  /// Whether it has runs and none of them pretrains.
  bool is_control() const;
  std::set<std::string> test_data() const;  ///< of the completed runs
};

/// A group against its baseline in one metric, a pair for each seed: runs that share a seed are no
/// independent samples, so what else varies within a row is averaged within the seed.
struct Paired {
  size_t group = 0, baseline = 0, metric = 0;
  bool comparable = true;       ///< else nothing was tested
  std::string flags;            ///< marks of those that lie between the two: "a,c"
  bool chosen_on_test = false;  ///< the figure of either
  bool lost_runs = false;       ///< runs of either failed or diverged: the rest may be lucky
  bool lacks_figures = false;   ///< completed runs of either have none
  int64_t unpaired = 0;         ///< seeds of either side that the other lacks
  double size = 0;              ///< of the larger mean
  std::map<int64_t, double> differences;  ///< by seed: group minus baseline
  PairedTest test;                        ///< of these
  double p_t = 0, p_wilcoxon = 0;         ///< corrected by Holm over the groups
  Verdict verdict = Verdict::too_few;
};

/// Which of two rows on different data gained more over its own baseline.
struct Gain {
  size_t first = 0, second = 0, metric = 0;
  PairedTest test;  ///< first's differences minus second's, by seed
  Verdict verdict = Verdict::too_few;
};

struct Comparison {
  std::vector<ComparedRun> runs;  ///< the groups point into it
  /// Runs that ended before their first epoch, whose settings no other run has: in no row.
  std::vector<const ComparedRun*> unstarted;
  /// Found beside the runs; compare() leaves it to whoever read them.
  std::vector<UnreadableRecord> unreadable;
  std::vector<std::string> keys;       ///< settings that tell the rows apart, full paths
  std::vector<std::string> key_names;  ///< the same as short as they are clear
  std::vector<std::string> facts;      ///< those of the keys that are no settings (RunConditions)
  std::vector<ComparedMetric> metrics;
  std::vector<Group> groups;
  std::vector<Flag> flags;
  std::vector<std::string> notes;  ///< sentences: what the reader must know beside the flags
  /// Several where these are of other settings or test data: each for the rows that agree with it.
  std::vector<size_t> baselines;
  std::vector<size_t>
      baseline_keys;  ///< that name them: in these alone a row may differ from its own
  std::vector<Paired> paired;
  std::vector<Gain> gains;  ///< of rows that differ in nothing but the data
  size_t top = 0;           ///< as CompareOptions::top
  std::string paired_note;  ///< a sentence under these, or ""

  Comparison() = default;
  Comparison(Comparison&&) = default;
  Comparison& operator=(Comparison&&) = default;
};

/// Throws UserError where an option names a setting, metric or baseline that is not there, or there
/// are no runs.
Comparison compare(std::vector<ComparedRun> runs, const CompareOptions& options = {});

}  // namespace strata
