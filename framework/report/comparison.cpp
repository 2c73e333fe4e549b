#include "strata/report/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "strata/config/issues.hpp"
#include "strata/report/grouping.hpp"
#include "strata/report/pairing.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

template <class T>
bool contains(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::vector<std::string> known_metrics(const std::vector<ComparedRun>& runs) {
  std::set<std::string> names;
  for (const ComparedRun& run : runs)
    for (const auto& metric : run.metrics) names.insert(metric.first);
  return {names.begin(), names.end()};
}

/// The final figures of the test split; a run without any is judged by its last losses.
std::vector<std::string> default_metrics(const std::vector<std::string>& known) {
  std::vector<std::string> chosen;
  for (const char* first : {"accuracy", "nll", "reconstruction_error"})
    if (contains<std::string>(known, first)) chosen.emplace_back(first);
  for (const std::string& name : known)
    if (name.find('.') == std::string::npos && !is_cost(name) && name != "relative_error" &&
        !contains(chosen, name))
      chosen.push_back(name);
  if (chosen.empty())
    for (const std::string& name : known)
      if (name.rfind("loss.", 0) == 0) chosen.push_back(name);
  if (contains<std::string>(known, "training_seconds")) chosen.emplace_back("training_seconds");
  return chosen;
}

std::vector<std::string> chosen_metrics(const std::vector<ComparedRun>& runs,
                                        const std::vector<std::string>& asked) {
  const auto known = known_metrics(runs);
  if (asked.empty()) return default_metrics(known);
  if (asked == std::vector<std::string>{"all"}) return known;
  std::string wrong;
  for (const std::string& name : asked)
    if (!contains(known, name))
      wrong += fmt::format("{}--metric: no run has '{}'{}", wrong.empty() ? "" : "\n", name,
                           suggestion(name, known));
  if (!wrong.empty()) throw UserError(wrong);
  return asked;
}

bool begins_with_any(const std::string& text, std::initializer_list<const char*> heads) {
  return std::any_of(heads.begin(), heads.end(),
                     [&](const char* head) { return text.rfind(head, 0) == 0; });
}

/// Whether a figure of the test split depends on what that split chose. Images are rebuilt before
/// the classifier trains: its choices come too late for their error.
bool chosen_on_test(const ComparedRun& run, const std::string& metric) {
  if (run.test_choice.empty() || is_cost(metric) ||
      begins_with_any(metric, {"validation.", "train.", "loss."}))
    return false;
  return run.chose_in_pretraining || !begins_with_any(metric, {"reconstruction_", "relative_"});
}

Cell make_cell(const Group& group, const std::string& metric) {
  Cell cell;
  std::set<std::string> units;
  std::map<int64_t, std::vector<double>> by_seed;
  for (const ComparedRun* run : group.runs) {
    const auto value = run->metrics.find(metric);
    if (run->status != "completed" || value == run->metrics.end()) continue;
    by_seed[run->seed].push_back(value->second);
    const auto unit = run->units.find(metric);
    if (unit != run->units.end()) units.insert(unit->second);
    cell.chosen_on_test |= chosen_on_test(*run, metric);
  }
  for (const auto& seed : by_seed)
    cell.values.push_back(seed.second.size() == 1 ? seed.second[0] : summarize(seed.second).mean);
  cell.unit = fmt::format("{}", fmt::join(units, " and "));
  cell.summary = summarize(cell.values);
  return cell;
}

bool is_codes(const std::string& unit) {
  return unit.find("codes") != std::string::npos;
}

void fill_cells(Comparison& c, const std::vector<std::string>& names) {
  c.metrics.clear();
  for (Group& group : c.groups) group.cells.clear();
  for (const std::string& name : names) {
    std::set<std::string> units;
    for (Group& group : c.groups) {
      group.cells.push_back(make_cell(group, name));
      if (!group.cells.back().values.empty()) units.insert(group.cells.back().unit);
    }
    c.metrics.push_back({name, better_direction(name), units.size() < 2});
  }
}

/// Raw squared errors of different data sets: offers them over the data's variance, beside.
std::vector<std::string> with_relative(const Comparison& c, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const Metric& metric : c.metrics) {
    names.push_back(metric.name);
    std::string relative = metric.name;
    for (const char* raw : {"reconstruction_error", "loss"}) {
      const size_t at = relative.find(raw);
      if (at == std::string::npos || relative.find("relative") != std::string::npos) continue;
      relative.replace(at, std::string(raw).size(),
                       raw == std::string("loss") ? "relative_loss" : "relative_error");
      break;
    }
    if (!metric.comparable && relative != metric.name && contains(known, relative))
      names.push_back(relative);
  }
  return names;
}

/// What figures of a row may be called best among: the same unit on the same test data. Relative
/// errors are made for comparing data sets.
std::string ranked_with(const Group& group, const Cell& cell, const std::string& metric) {
  std::set<std::string> parts = {cell.unit};
  for (const ComparedRun* run : group.runs)
    if (run->status == "completed" && metric.find("relative_") == std::string::npos)
      parts.insert(run->test_data);
  return fmt::format("{}", fmt::join(parts, "\n"));
}

/// Whether the best of these stands out: of 3 seeds or more, and no other mean in its interval.
Cell* outstanding(const std::vector<Cell*>& cells, int direction) {
  Cell* best = *std::max_element(cells.begin(), cells.end(), [&](const Cell* a, const Cell* b) {
    return direction * a->summary.mean < direction * b->summary.mean;
  });
  if (best->summary.n < 3) return nullptr;
  const double limit = direction > 0 ? best->summary.ci_low : best->summary.ci_high;
  const bool alone = std::all_of(cells.begin(), cells.end(), [&](const Cell* other) {
    return other == best || direction * other->summary.mean < direction * limit;
  });
  return alone ? best : nullptr;
}

/// Nothing is best of one, of codes (each run has its own), of a choice made on the test data, of
/// costs, or where the direction is not known.
void mark_best(Comparison& c) {
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    const int direction = c.metrics[m].direction;
    if (direction == 0 || is_cost(c.metrics[m].name)) continue;
    std::map<std::string, std::vector<Cell*>> ranked;
    for (Group& group : c.groups) {
      Cell& cell = group.cells[m];
      if (!cell.values.empty() && !cell.chosen_on_test && !is_codes(cell.unit))
        ranked[ranked_with(group, cell, c.metrics[m].name)].push_back(&cell);
    }
    for (auto& [what, cells] : ranked)
      if (Cell* best = cells.size() < 2 ? nullptr : outstanding(cells, direction))
        best->best = true;
  }
}

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
    std::vector<std::string> known = c.keys;
    known.insert(known.end(), metrics.begin(), metrics.end());
    if (c.keys.empty()) return;
    key = find_key(c.keys, name, "--sort", known);
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
  for (size_t g = 0; g < c.groups.size(); ++g)
    for (const auto& [status, count] : c.groups[g].statuses)
      if (status != "completed") {
        ended[status].first += count;
        ended[status].second.push_back(g);
      }
  std::vector<std::string> parts;
  for (const auto& [status, where] : ended)
    parts.push_back(fmt::format("{} {} ({})", where.first, status, rows_text(where.second)));
  if (!parts.empty())
    c.notes.push_back(
        fmt::format("{}; the figures are of the completed runs alone, which may be "
                    "the lucky ones",
                    fmt::join(parts, ", ")));
}

void add_abandoned_note(Comparison& c) {
  std::vector<std::string> names;
  for (const ComparedRun& run : c.runs)
    if (run.abandoned) names.push_back(run.name + '/' + run.run_id);
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

void add_notes(Comparison& c) {
  for (const Metric& metric : c.metrics) {
    if (metric.comparable) continue;
    const size_t m = static_cast<size_t>(&metric - c.metrics.data());
    std::map<std::string, std::vector<size_t>> units;
    for (size_t g = 0; g < c.groups.size(); ++g)
      if (!c.groups[g].cells[m].values.empty()) units[c.groups[g].cells[m].unit].push_back(g);
    std::vector<std::string> parts;
    for (const auto& [unit, rows] : units)
      parts.push_back(
          fmt::format("{} (row{} {})", unit, rows.size() > 1 ? "s" : "", row_list(rows)));
    const bool relative = std::any_of(c.metrics.begin(), c.metrics.end(), [](const Metric& other) {
      return other.name.find("relative_") != std::string::npos;
    });
    c.notes.push_back(
        fmt::format("{} is not comparable between {}{}", metric.name, fmt::join(parts, " and "),
                    relative ? "; the error over the pixels' variance stands beside it" : ""));
  }
  add_status_note(c);
  add_abandoned_note(c);
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

Comparison compare(std::vector<ComparedRun> runs, const CompareOptions& options) {
  if (runs.empty()) throw UserError("there are no runs to compare");
  Comparison c;
  c.runs = std::move(runs);
  const GroupedRuns grouped(rows_from(c), options.by);
  c.keys = grouped.keys;
  c.groups = grouped.groups;
  c.notes = grouped.notes;
  fill_cells(c, chosen_metrics(c.runs, options.metrics));
  fill_cells(c, with_relative(c, known_metrics(c.runs)));
  sort_groups(c, options.sort);
  mark_best(c);
  for (Group& group : c.groups) average_curves(group);
  add_flags(c, options.by.empty() ? std::vector<std::string>{} : grouped.keys);
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
