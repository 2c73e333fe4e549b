#include "strata/report/comparing/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "strata/report/comparing/baselines.hpp"
#include "strata/report/comparing/cells.hpp"
#include "strata/report/comparing/grouping.hpp"
#include "strata/report/comparing/notes.hpp"
#include "strata/report/comparing/pairing.hpp"
#include "strata/report/reading/stage_settings.hpp"
#include "strata/report/settings/find_key.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

/// Whether the two trained the same stages for the same ends.
bool same_stages(const ComparedRun& a, const ComparedRun& b) {
  return std::equal(a.curves.begin(), a.curves.end(), b.curves.begin(), b.curves.end(),
                    [](const StageCurve& x, const StageCurve& y) {
                      return std::tie(x.stage, x.kind, x.target, x.loss) ==
                             std::tie(y.stage, y.kind, y.target, y.loss);
                    });
}

/// False where there is no mean, for the runs have not all the same stages.
bool average_curves(Group& group) {
  std::vector<const ComparedRun*> runs;
  for (const ComparedRun* run : group.runs)
    if (run->status == "completed") runs.push_back(run);
  if (runs.empty()) return true;
  if (!std::all_of(runs.begin(), runs.end(),
                   [&](const ComparedRun* run) { return same_stages(*run, *runs[0]); }))
    return false;
  group.curves = runs[0]->curves;
  for (size_t s = 0; s < group.curves.size(); ++s) {
    size_t shortest = group.curves[s].losses.size(), longest = 0;
    for (const ComparedRun* run : runs) {
      shortest = std::min(shortest, run->curves[s].losses.size());
      longest = std::max(longest, run->curves[s].losses.size());
    }
    group.curves_cut |= longest > shortest;
    group.curves[s].losses.clear();
    for (size_t e = 0; e < shortest; ++e) {
      std::vector<double> values;
      for (const ComparedRun* run : runs) values.push_back(run->curves[s].losses[e]);
      group.curves[s].losses.push_back(summarize(values).mean);
    }
  }
  return true;
}

void average_curves(Comparison& c) {
  std::vector<size_t> unlike, cut;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    if (!average_curves(c.groups[g])) unlike.push_back(g);
    if (c.groups[g].curves_cut) cut.push_back(g);
  }
  if (!unlike.empty())
    c.notes.push_back(fmt::format("the runs of {} have not all the same stages: no mean curve",
                                  rows_text(unlike)));
  if (!cut.empty())
    c.notes.push_back(
        fmt::format("the runs of {} have not all the same epochs: a stage's mean "
                    "curve ends with the last that all of them have",
                    rows_text(cut)));
}

void sort_groups(Comparison& c, const std::string& sort) {
  const bool reverse = !sort.empty() && sort[0] == '-';
  const std::string name = reverse ? sort.substr(1) : sort;
  std::vector<std::string> metrics;
  for (const ComparedMetric& metric : c.metrics) metrics.push_back(metric.name);
  const auto metric = std::find(metrics.begin(), metrics.end(), name);
  size_t key = 0;
  if (metric == metrics.end() && !name.empty()) {
    if (c.keys.empty()) return;
    key = find_key(c.keys, name, "--sort", c.facts, metrics);
  }
  std::stable_sort(c.groups.begin(), c.groups.end(), [&](const Group& first, const Group& second) {
    const Group& a = reverse ? second : first;
    const Group& b = reverse ? first : second;
    if (metric == metrics.end()) {
      for (size_t k = key; k < a.values.size(); ++k)
        if (a.values[k] != b.values[k]) return value_less(a.values[k], b.values[k]);
      return false;
    }
    const auto m = static_cast<size_t>(metric - metrics.begin());
    const double x = a.cells[m].summary.mean, y = b.cells[m].summary.mean;
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return c.metrics[m].figure.better > 0 ? x > y : x < y;
  });
}

/// The keys that --by names, which are the first, with their values.
std::vector<Factor> factors_of(const Comparison& c, const std::vector<std::string>& asked) {
  std::vector<Factor> factors;
  for (size_t k = 0; k < asked.size(); ++k) {
    factors.push_back({asked[k], {}});
    for (const Group& group : c.groups) factors.back().values.push_back(group.values[k]);
  }
  return factors;
}

void add_flags(Comparison& c, const std::vector<std::string>& asked) {
  std::vector<std::vector<const ComparedRun*>> runs;
  for (const Group& group : c.groups) {  // of the runs whose figures are shown
    runs.emplace_back();
    std::copy_if(group.runs.begin(), group.runs.end(), std::back_inserter(runs.back()),
                 [](const ComparedRun* run) { return run->status == "completed"; });
  }
  c.flags = find_flags(runs, factors_of(c, asked));
  for (const Flag& flag : c.flags)
    for (const size_t g : flag.marked)
      c.groups[g].marks += (c.groups[g].marks.empty() ? "" : ",") + flag.mark;
}

/// The runs for the rows. Settings under which every run ended before its first epoch make none,
/// unless there are no others.
std::vector<ComparedRun*> rows_from(Comparison& c) {
  const auto counts = [](const ComparedRun& run) {
    return run.began || run.status == "completed" || run.status == "running";
  };
  std::set<std::string> begun;
  for (const ComparedRun& run : c.runs)
    if (counts(run)) begun.insert(run.settings_id);
  std::vector<ComparedRun*> rows;
  for (ComparedRun& run : c.runs) {
    const bool shown = begun.empty() || begun.count(run.settings_id) != 0;
    if (shown)
      rows.push_back(&run);
    else
      c.unstarted.push_back(&run);
  }
  return rows;
}

/// @param wanted  as CompareOptions::baseline; of two rows one is the baseline by itself
void set_baselines(Comparison& c, const std::string& wanted) {
  if (!wanted.empty()) {
    Baselines found = find_baselines(c, wanted);
    c.baselines = std::move(found.rows);
    c.baseline_keys = std::move(found.keys);
  } else if (c.groups.size() == 2) {
    c.baselines = {control_row(c)};
  }
}

}  // namespace

int64_t Group::count(const std::string& status) const {
  const auto found = statuses.find(status);
  return found == statuses.end() ? 0 : found->second;
}

int64_t Group::records() const {
  int64_t all = 0;
  for (const auto& status : statuses) all += status.second;
  return all;
}

bool Group::lost_runs() const {
  return count("failed") + count("diverged") > 0;
}

bool Group::noted(bool of_labels) const {
  return std::any_of(runs.begin(), runs.end(), [&](const ComparedRun* run) {
    return run->status == "completed" &&
           std::any_of(run->notes.begin(), run->notes.end(),
                       [&](const RunNote& note) { return of_labels || !note.of_labels; });
  });
}

bool Group::tested() const {
  return std::none_of(runs.begin(), runs.end(),
                      [](const ComparedRun* run) { return run->test_samples == 1; });
}

bool Group::is_control() const {
  return std::none_of(runs.begin(), runs.end(), [](const ComparedRun* run) {
    return run->pretrained || run->status != "completed";
  });
}

std::set<std::string> Group::test_data() const {
  std::set<std::string> data;
  for (const ComparedRun* run : runs)
    if (run->status == "completed") data.insert(run->test_data);
  return data;
}

Comparison compare(std::vector<ComparedRun> runs, const CompareOptions& options) {
  if (runs.empty()) throw UserError("there are no runs to compare");
  Comparison c;
  c.runs = std::move(runs);
  c.top = options.top;
  settle(c.runs);
  const GroupedRuns grouped(rows_from(c), options.by);
  c.keys = grouped.keys;
  c.key_names = grouped.key_names;
  c.facts = grouped.facts;
  c.groups = grouped.groups;
  c.notes = grouped.notes;
  fill_cells(c, options.metrics);
  sort_groups(c, options.sort);
  average_curves(c);
  add_flags(c, grouped.asked);
  mark_best(c);
  add_notes(c);
  set_baselines(c, options.baseline);
  if (!c.baselines.empty())
    add_paired(c, [&](const auto& a, const auto& b) { return grouped.agree(a, b); });
  if (options.baseline.empty() && c.paired.empty()) c.baselines.clear();
  if (grouped.mixed && !c.paired.empty())
    c.paired_note =
        "A difference is of the runs that agree in all other settings, a row's figures above are "
        "of all its runs: the two need not agree";
  return c;
}

}  // namespace strata
