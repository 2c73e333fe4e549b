#include "strata/report/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "strata/report/cells.hpp"
#include "strata/report/find_row.hpp"
#include "strata/report/grouping.hpp"
#include "strata/report/pairing.hpp"
#include "strata/report/settings.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

void average_curves(Group& group) {
  for (const ComparedRun* run : group.runs) {
    if (run->status != "completed") continue;
    for (const StageCurve& curve : run->curves) {
      auto mean = std::find_if(group.curves.begin(), group.curves.end(),
                               [&](const StageCurve& other) { return other.stage == curve.stage; });
      if (mean == group.curves.end()) {
        mean = group.curves.insert(mean, curve);
        mean->losses.clear();
      }
      if (curve.losses.size() > mean->losses.size()) mean->losses.resize(curve.losses.size(), 0);
    }
  }
  for (StageCurve& mean : group.curves)
    for (size_t e = 0; e < mean.losses.size(); ++e) {
      std::vector<double> values;
      for (const ComparedRun* run : group.runs)
        for (const StageCurve& curve : run->curves)
          if (run->status == "completed" && curve.stage == mean.stage && e < curve.losses.size())
            values.push_back(curve.losses[e]);
      mean.losses[e] = summarize(values).mean;
    }
}

void sort_groups(Comparison& c, const std::string& sort) {
  const bool reverse = !sort.empty() && sort[0] == '-';
  const std::string name = reverse ? sort.substr(1) : sort;
  std::vector<std::string> metrics;
  for (const Metric& metric : c.metrics) metrics.push_back(metric.name);
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
    return c.metrics[m].direction > 0 ? x > y : x < y;
  });
}

void add_flags(Comparison& c, const std::vector<std::string>& factors) {
  std::vector<std::vector<const ComparedRun*>> runs;
  for (const Group& group : c.groups) {  // of the runs whose figures are shown
    runs.emplace_back();
    std::copy_if(group.runs.begin(), group.runs.end(), std::back_inserter(runs.back()),
                 [](const ComparedRun* run) { return run->status == "completed"; });
  }
  c.flags = find_flags(runs, factors);
  for (const Flag& flag : c.flags)
    for (const size_t g : flag.marked)
      c.groups[g].marks += (c.groups[g].marks.empty() ? "" : ",") + flag.mark;
}

void add_status_note(Comparison& c) {
  std::map<std::string, std::pair<int64_t, std::vector<size_t>>> ended;
  std::vector<size_t> empty, partial, lucky;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    const Group& group = c.groups[g];
    for (const auto& [status, count] : group.statuses)
      if (status != "completed") {
        ended[status].first += count;
        ended[status].second.push_back(g);
      }
    const int64_t done = group.count("completed");
    if (done == group.records()) continue;
    (done == 0                                             ? empty
     : group.count("failed") + group.count("diverged") > 0 ? lucky
                                                           : partial)
        .push_back(g);
  }
  std::vector<std::string> parts;
  for (const auto& [status, where] : ended)
    parts.push_back(fmt::format("{} {} ({})", where.first, status, rows_text(where.second)));
  if (parts.empty()) return;
  std::string note = fmt::format("{}", fmt::join(parts, ", "));
  if (!empty.empty())
    note += fmt::format("; no run of {} has completed: no figures", rows_text(empty));
  if (!partial.empty())
    note += fmt::format("; the figures of {} are of the completed runs alone", rows_text(partial));
  if (!lucky.empty())
    note += fmt::format(
        "; the figures of {} are of the completed runs alone, which may be the lucky ones, and are "
        "never called best",
        rows_text(lucky));
  c.notes.push_back(note);
}

void add_killed_note(Comparison& c) {
  std::vector<std::string> names;
  for (const ComparedRun& run : c.runs)
    if (run.status == "killed") names.push_back(run.name + '/' + run.run_id);
  if (!names.empty())
    c.notes.push_back(
        fmt::format("no process is at work on {}, whose record says running: it was "
                    "killed, and runs when its experiment is run again",
                    fmt::join(names, ", ")));
}

void add_choice_notes(Comparison& c) {
  std::map<std::string, std::vector<size_t>> rows;
  for (size_t g = 0; g < c.groups.size(); ++g)
    for (const ComparedRun* run : c.groups[g].runs)
      if (!run->test_choice.empty() &&
          (rows[run->test_choice].empty() || rows[run->test_choice].back() != g))
        rows[run->test_choice].push_back(g);
  for (const auto& [choice, groups] : rows)
    c.notes.push_back(
        fmt::format("the test split chose something ({}; {}): the test figures there, "
                    "marked !, are optimistic and never called best",
                    choice, rows_text(groups)));
}

/// Whether each figure of the metric has one over the pixels' variance beside it.
bool relative_beside(const Comparison& c, size_t metric) {
  for (size_t m = 0; m < c.metrics.size(); ++m)
    if (c.metrics[m].name == relative_of(c.metrics[metric].name))
      return std::all_of(c.groups.begin(), c.groups.end(), [&](const Group& group) {
        return group.cells[metric].values.empty() || !group.cells[m].values.empty();
      });
  return false;
}

void add_unit_note(Comparison& c, size_t metric) {
  std::map<std::string, std::vector<size_t>> units;
  bool codes = false;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    const Cell& cell = c.groups[g].cells[metric];
    if (!cell.values.empty()) units[cell.unit].push_back(g);
    codes |= is_of_codes(cell);
  }
  std::vector<std::string> parts;
  for (const auto& [unit, rows] : units)
    parts.push_back(fmt::format("{} ({})", unit, rows_text(rows)));
  c.notes.push_back(fmt::format(
      "{} is not comparable{} {}{}{}", c.metrics[metric].name, units.size() > 1 ? " between" : ":",
      fmt::join(parts, " and "), codes ? "; each row's codes are made by its own encoder" : "",
      relative_beside(c, metric) ? "; the error over the pixels' variance stands beside it" : ""));
}

void add_notes(Comparison& c) {
  for (size_t m = 0; m < c.metrics.size(); ++m)
    if (!c.metrics[m].comparable) add_unit_note(c, m);
  add_status_note(c);
  add_killed_note(c);
  add_choice_notes(c);
}

/// The runs for the rows. Settings under which every run ended before its first epoch make none,
/// unless there are no others.
std::vector<const ComparedRun*> rows_from(Comparison& c) {
  const auto counts = [](const ComparedRun& run) {
    return run.began || run.status == "completed" || run.status == "running";
  };
  std::set<std::string> begun;
  for (const ComparedRun& run : c.runs)
    if (counts(run)) begun.insert(run.settings_id);
  std::vector<const ComparedRun*> rows;
  for (const ComparedRun& run : c.runs) {
    const bool shown = begun.empty() || begun.count(run.settings_id) != 0;
    (shown ? rows : c.unstarted).push_back(&run);
  }
  return rows;
}

void add_unstarted_note(Comparison& c) {
  if (c.unstarted.empty()) return;
  constexpr size_t most = 10;
  std::vector<std::string> names;
  for (const ComparedRun* run : c.unstarted)
    if (names.size() < most) names.push_back(run->name + '/' + run->run_id);
  if (c.unstarted.size() > most)
    names.push_back(fmt::format("and {} more", c.unstarted.size() - most));
  c.notes.push_back(fmt::format("{} run{} failed before the first epoch: {}", c.unstarted.size(),
                                c.unstarted.size() > 1 ? "s" : "", fmt::join(names, ", ")));
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

Comparison compare(std::vector<ComparedRun> runs, const CompareOptions& options) {
  if (runs.empty()) throw UserError("there are no runs to compare");
  Comparison c;
  c.runs = std::move(runs);
  const GroupedRuns grouped(rows_from(c), options.by);
  c.keys = grouped.keys;
  c.key_names = grouped.key_names;
  c.facts = grouped.facts;
  c.groups = grouped.groups;
  c.notes = grouped.notes;
  fill_cells(c, options.metrics);
  sort_groups(c, options.sort);
  for (Group& group : c.groups) average_curves(group);
  add_flags(c, options.by.empty() ? std::vector<std::string>{} : grouped.keys);
  mark_best(c);
  add_notes(c);
  add_unstarted_note(c);
  if (!options.baseline.empty() || c.groups.size() == 2) {
    c.has_baseline = true;
    c.baseline = options.baseline.empty() ? 0 : find_baseline(c, options.baseline);
    const auto agree = [&](const ComparedRun& a, const ComparedRun& b) {
      return grouped.agree(a, b);
    };
    add_paired(c, agree);
    if (options.baseline.empty() && c.paired.empty()) c.has_baseline = false;
  }
  return c;
}

}  // namespace strata
