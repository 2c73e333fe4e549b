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

constexpr size_t most_named = 10;

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
      names.push_back(run.name + '/' + run.run_id +
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
  if (changed.empty()) return;
  const size_t more = changed.size() - std::min<size_t>(changed.size(), 5);
  changed.resize(changed.size() - more);
  c.notes.push_back(
      fmt::format("changed by hand since strata wrote it, so that no figure of it can be "
                  "relied on: {}{}",
                  fmt::join(changed, "; "), more > 0 ? fmt::format("; and {} more", more) : ""));
}

void add_running_note(Comparison& c) {
  std::vector<std::string> places;
  for (const ComparedRun& run : c.runs)
    if (run.status == "running" && !run.reached.empty())
      places.push_back(fmt::format("{}/{} {}", run.name, run.run_id, run.reached));
  if (places.empty()) return;
  const size_t more = places.size() > most_named ? places.size() - most_named : 0;
  places.resize(places.size() - more);
  c.notes.push_back(fmt::format("still running: {}{}", fmt::join(places, "; "),
                                more > 0 ? fmt::format("; and {} more", more) : ""));
}

/// What was noticed of single runs, each once with its rows.
void add_noticed(Comparison& c) {
  std::map<std::string, std::vector<size_t>> rows;
  std::map<std::string, size_t> counts;
  for (size_t g = 0; g < c.groups.size(); ++g)
    for (const ComparedRun* run : c.groups[g].runs)
      for (const std::string& full : run->notes) {
        const std::string note = full.substr(0, full.find(':'));  // the figures follow
        auto& where = rows[note];
        if (where.empty() || where.back() != g) where.push_back(g);
        ++counts[note];
      }
  for (const auto& [note, where] : rows)
    c.notes.push_back(fmt::format("{} ({} of {}): never called best", note,
                                  counted(counts[note], "run", "runs"), rows_text(where)));
}

void add_test_set_notes(Comparison& c) {
  std::vector<size_t> single;
  std::map<std::string, std::vector<size_t>> shared;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    if (!c.groups[g].tested()) single.push_back(g);
    std::set<std::string> told;
    for (const ComparedRun* run : c.groups[g].runs)
      if (run->test_in_train > 0)
        told.insert(fmt::format("{} of {}", run->test_in_train, run->test_samples));
    for (const std::string& text : told) shared[text].push_back(g);
  }
  if (!single.empty())
    c.notes.push_back(fmt::format(
        "the test set of {} has one sample: its figures have neither a star nor a verdict",
        rows_text(single)));
  for (const auto& [text, rows] : shared)
    c.notes.push_back(fmt::format(
        "{} test samples in {} are training samples too: the test figures are optimistic", text,
        rows_text(rows)));
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

void add_guessing_note(Comparison& c) {
  const bool shows_classifier = std::any_of(c.metrics.begin(), c.metrics.end(),
                                            [](auto& metric) { return metric.figure.of_labels; });
  if (!shows_classifier) return;
  std::vector<std::pair<std::string, std::vector<size_t>>> parts;  // "6 of 10", rows
  std::vector<size_t> mixed, between;
  for (size_t g = 0; g < c.groups.size(); ++g) {
    const Guessing counts = c.groups[g].guessing();
    if (counts.guess == 0) continue;
    if (counts.mixed()) mixed.push_back(g);
    if (counts.mixed() && counts.between) between.push_back(g);
    const std::string share = fmt::format("{} of {}", counts.guess, counts.known);
    const auto same = std::find_if(parts.begin(), parts.end(),
                                   [&](const auto& part) { return part.first == share; });
    (same == parts.end() ? parts.emplace_back(share, std::vector<size_t>{}) : *same)
        .second.push_back(g);
  }
  if (parts.empty()) return;
  std::vector<std::string> texts;
  for (const auto& [share, rows] : parts)
    texts.push_back(fmt::format("{} in {}", share, rows_text(rows)));
  std::string note = fmt::format(
      "runs whose accuracy cannot be told from guessing (always the commonest class): {}",
      fmt::join(texts, ", "));
  if (!mixed.empty())
    note += fmt::format("; some runs of {} learn and others guess: never called best",
                        rows_text(mixed));
  if (!between.empty())
    note += fmt::format(
        "; the classifier's mean in {} is near no run's, so interval and tests say little there: "
        "see how many do better",
        rows_text(between));
  c.notes.push_back(note);
}

void add_unstarted_note(Comparison& c) {
  if (c.unstarted.empty()) return;
  std::vector<std::string> names;
  for (const ComparedRun* run : c.unstarted)
    if (names.size() < most_named) names.push_back(run->name + '/' + run->run_id);
  if (c.unstarted.size() > most_named)
    names.push_back(fmt::format("and {} more", c.unstarted.size() - most_named));
  const bool all_failed = std::all_of(c.unstarted.begin(), c.unstarted.end(),
                                      [](auto* run) { return run->status == "failed"; });
  c.notes.push_back(fmt::format("{} run{} {} before the first epoch: {}", c.unstarted.size(),
                                c.unstarted.size() > 1 ? "s" : "", all_failed ? "failed" : "ended",
                                fmt::join(names, ", ")));
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
  add_test_set_notes(c);
  add_choice_notes(c);
  add_guessing_note(c);
  add_unstarted_note(c);
}

}  // namespace strata
