#include "strata/report/comparing/cells.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "strata/report/settings/near_names.hpp"
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
                           near_names(name, known, "--metric all shows them"));
  if (!wrong.empty()) throw UserError(wrong);
  std::vector<std::string> once;
  for (const std::string& name : asked)
    if (!contains(once, name)) once.push_back(name);
  return once;
}

bool begins_with_any(const std::string& text, std::initializer_list<const char*> heads) {
  return std::any_of(heads.begin(), heads.end(),
                     [&](const char* head) { return text.rfind(head, 0) == 0; });
}

/// Whether a figure of the test split depends on what that split chose.
bool chosen_on_test(const ComparedRun& run, const std::string& metric) {
  if (run.test_choice.empty() || is_cost(metric) ||
      begins_with_any(metric, {"validation.", "train.", "loss."}))
    return false;
  if (!is_of_pretraining(metric)) return true;
  return run.chose_in_pretraining && metric.find("_error") != std::string::npos;
}

Cell make_cell(const Group& group, const std::string& metric) {
  Cell cell;
  std::set<std::string> units;
  std::map<int64_t, std::vector<double>> by_seed;
  for (const ComparedRun* run : group.runs) {
    const auto value = run->metrics.find(metric);
    if (run->status != "completed") continue;
    cell.complete &= value != run->metrics.end();
    if (value == run->metrics.end()) continue;
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

void fill(Comparison& c, const std::vector<std::string>& names) {
  c.metrics.clear();
  for (Group& group : c.groups) group.cells.clear();
  for (const std::string& name : names) {
    std::set<std::string> units;
    size_t of_codes = 0;
    for (Group& group : c.groups) {
      group.cells.push_back(make_cell(group, name));
      const Cell& cell = group.cells.back();
      if (!cell.values.empty()) units.insert(cell.unit);
      of_codes += is_of_codes(cell) ? 1 : 0;
    }
    c.metrics.push_back({name, better_direction(name), units.size() < 2 && of_codes < 2});
  }
}

/// Raw squared errors of different data sets: offers them over the data's variance, beside.
std::vector<std::string> with_relative(const Comparison& c, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (const ComparedMetric& metric : c.metrics) {
    if (!contains(names, metric.name)) names.push_back(metric.name);
    const std::string relative = relative_of(metric.name);
    if (!metric.comparable && contains(known, relative) && !contains(names, relative))
      names.push_back(relative);
  }
  return names;
}

/// What figures of a row may be called best among: the same unit on the same test data.
std::string ranked_with(const Group& group, const Cell& cell) {
  std::set<std::string> parts = group.test_data();
  parts.insert(cell.unit);
  return fmt::format("{}", fmt::join(parts, "\n"));
}

/// Whether the figure is of all of the row's runs: where some failed, diverged or gave none, the
/// others may be the lucky ones. Of a classifier, that it is not between runs that learned and
/// runs that guess.
bool may_be_best(const Group& group, const Cell& cell, const std::string& metric) {
  const bool between = !is_of_pretraining(metric) && group.guessing().mixed();
  return cell.complete && !group.lost_runs() && !between;
}

/// The groups' best cell, where it stands out: no other's mean lies in its interval, and one at
/// least may be compared with it, parted by no flag.
/// @param ranked  groups of 3 seeds or more; fewer are never believed
Cell* outstanding(Comparison& c, const std::vector<size_t>& ranked, size_t metric,
                  const std::vector<const Flag*>& flags) {
  std::vector<Group>& groups = c.groups;
  const int direction = c.metrics[metric].direction;
  const auto mean = [&](size_t g) { return direction * groups[g].cells[metric].summary.mean; };
  const size_t best = *std::max_element(ranked.begin(), ranked.end(),
                                        [&](size_t a, size_t b) { return mean(a) < mean(b); });
  Cell& cell = groups[best].cells[metric];
  if (!may_be_best(groups[best], cell, c.metrics[metric].name)) return nullptr;
  const double limit = direction * (direction > 0 ? cell.summary.ci_low : cell.summary.ci_high);
  bool has_rival = false;
  for (const size_t g : ranked) {
    if (g == best) continue;
    if (mean(g) >= limit) return nullptr;
    has_rival |= std::none_of(flags.begin(), flags.end(),
                              [&](const Flag* flag) { return flag->between(best, g); });
  }
  return has_rival ? &cell : nullptr;
}

}  // namespace

bool is_of_codes(const Cell& cell) {
  return !cell.values.empty() && cell.unit.find("codes") != std::string::npos;
}

std::string relative_of(const std::string& metric) {
  if (metric.find("relative_") != std::string::npos) return "";
  for (const auto& [raw, relative] :
       {std::pair<std::string, std::string>{"reconstruction_error", "relative_error"},
        {"loss", "relative_loss"}}) {
    const size_t at = metric.find(raw);
    if (at != std::string::npos) return std::string(metric).replace(at, raw.size(), relative);
  }
  return "";
}

void fill_cells(Comparison& c, const std::vector<std::string>& asked) {
  fill(c, chosen_metrics(c.runs, asked));
  fill(c, with_relative(c, known_metrics(c.runs)));
}

void mark_best(Comparison& c) {
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    const ComparedMetric& metric = c.metrics[m];
    if (metric.direction == 0 || is_cost(metric.name)) continue;
    std::vector<const Flag*> flags;
    for (const Flag& flag : c.flags)
      if (flag.concerns(metric.name)) flags.push_back(&flag);
    std::map<std::string, std::vector<size_t>> ranked;
    for (size_t g = 0; g < c.groups.size(); ++g) {
      const Cell& cell = c.groups[g].cells[m];
      if (cell.summary.n >= 3 && !cell.chosen_on_test && !is_of_codes(cell))
        ranked[ranked_with(c.groups[g], cell)].push_back(g);
    }
    for (const auto& [what, groups] : ranked)
      if (Cell* best = outstanding(c, groups, m, flags)) best->best = true;
  }
}

}  // namespace strata
