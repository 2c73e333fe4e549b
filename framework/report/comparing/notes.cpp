#include "strata/report/comparing/notes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "strata/report/comparing/cells.hpp"
#include "strata/report/comparing/flags.hpp"

namespace strata {
namespace {

/// "a; b; and 3 more"
std::string listed(std::vector<std::string> items) {
  constexpr size_t most = 10;
  const size_t all = items.size();
  items.resize(std::min(all, most));
  if (all > most) items.push_back(fmt::format("and {} more", all - most));
  return fmt::format("{}", fmt::join(items, "; "));
}

std::string name_of(const ComparedRun& run) {
  return run.name + '/' + run.run_id;
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
    (done == 0 ? empty : group.lost_runs() ? lucky : partial).push_back(g);
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
    if (run.status == "killed")
      names.push_back(name_of(run) +
                      (run.reached.empty() ? "" : fmt::format(" ({})", run.reached)));
  if (names.empty()) return;
  const bool one = names.size() == 1;
  c.notes.push_back(
      fmt::format("no process is at work on {}, whose record{} running: {} killed, and "
                  "run{} when {} experiment{} run again",
                  fmt::join(names, "; on "), one ? " says" : "s say", one ? "it was" : "they were",
                  one ? "s" : "", one ? "its" : "their", one ? " is" : "s are"));
}

/// Whose figures somebody may have given them.
void add_changed_note(Comparison& c) {
  std::vector<std::string> changed;
  for (const ComparedRun& run : c.runs)
    if (!run.changed.empty())
      changed.push_back(fmt::format("{} ({})", run.path.string(), run.changed));
  if (!changed.empty())
    c.notes.push_back(
        fmt::format("changed by hand since strata wrote it, so that no figure of it can be "
                    "relied on: {}",
                    listed(std::move(changed))));
}

void add_running_note(Comparison& c) {
  std::vector<std::string> places;
  for (const ComparedRun& run : c.runs)
    if (run.status == "running" && !run.reached.empty())
      places.push_back(fmt::format("{} {}", name_of(run), run.reached));
  if (!places.empty()) c.notes.push_back("still running: " + listed(std::move(places)));
}

/// What was noticed of single runs, each once: of how many of a row's, and of which rows.
void add_noticed(Comparison& c) {
  const bool shows_classifier = std::any_of(c.metrics.begin(), c.metrics.end(),
                                            [](auto& metric) { return metric.figure.of_labels; });
  std::map<std::string, std::map<std::string, std::vector<size_t>>> rows;  // by "6 of 10 runs"
  for (size_t g = 0; g < c.groups.size(); ++g) {
    std::map<std::string, size_t> counts;
    size_t completed = 0;
    for (const ComparedRun* run : c.groups[g].runs) {
      if (run->status != "completed") continue;
      ++completed;
      for (const RunNote& note : run->notes)
        if (shows_classifier || !note.of_labels) ++counts[note.text];
    }
    for (const auto& [note, count] : counts)
      rows[note][fmt::format("{} of {}", count, counted(completed, "run", "runs"))].push_back(g);
  }
  for (const auto& [note, shares] : rows) {
    std::vector<std::string> parts;
    for (const auto& [share, where] : shares)
      parts.push_back(fmt::format("{} in {}", share, rows_text(where)));
    c.notes.push_back(fmt::format("{} ({}): never called best", note, fmt::join(parts, ", ")));
  }
}

void add_test_set_note(Comparison& c) {
  std::vector<size_t> single;
  for (size_t g = 0; g < c.groups.size(); ++g)
    if (!c.groups[g].tested()) single.push_back(g);
  if (!single.empty())
    c.notes.push_back(fmt::format(
        "the test set of {} has one sample: its figures have neither a star nor a verdict",
        rows_text(single)));
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
    if (c.metrics[m].name == c.metrics[metric].figure.relative)
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

void add_unstarted_note(Comparison& c) {
  if (c.unstarted.empty()) return;
  std::vector<std::string> names;
  bool all_failed = true;
  for (const ComparedRun* run : c.unstarted) {
    names.push_back(name_of(*run));
    all_failed &= run->status == "failed";
  }
  c.notes.push_back(fmt::format("{} {} before the first epoch: {}",
                                counted(names.size(), "run", "runs"),
                                all_failed ? "failed" : "ended", listed(names)));
}

}  // namespace

void add_notes(Comparison& c) {
  for (size_t m = 0; m < c.metrics.size(); ++m)
    if (!c.metrics[m].comparable) add_unit_note(c, m);
  add_status_note(c);
  add_changed_note(c);
  add_killed_note(c);
  add_running_note(c);
  add_noticed(c);
  add_test_set_note(c);
  add_choice_notes(c);
  add_unstarted_note(c);
}

}  // namespace strata
