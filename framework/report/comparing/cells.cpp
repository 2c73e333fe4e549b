#include "strata/report/comparing/cells.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "strata/report/settings/near_names.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

template <class T>
bool contains(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Every figure of some run, numbers in names in their order.
using Known = std::map<std::string, RunFigure, NaturalLess>;

Known known_figures(const std::vector<ComparedRun>& runs) {
  Known known;
  for (const ComparedRun& run : runs) known.insert(run.figures.begin(), run.figures.end());
  return known;
}

std::vector<std::string> names_of(const Known& known) {
  std::vector<std::string> names;
  for (const auto& figure : known) names.push_back(figure.first);
  return names;
}

/// The final figures of the test split; a run without any is judged by its last losses.
std::vector<std::string> default_metrics(const Known& known) {
  std::vector<std::string> chosen = final_figures({known.begin(), known.end()});
  if (chosen.empty())
    for (const std::string& name : names_of(known))
      if (name.rfind("loss.", 0) == 0) chosen.push_back(name);
  if (known.count("training_seconds") != 0) chosen.emplace_back("training_seconds");
  return chosen;
}

/// "per_class_accuracy" asks for the figure of each class.
std::vector<std::string> family(const Known& known, const std::string& name) {
  std::vector<std::string> members;
  for (const auto& figure : known)
    if (figure.first.rfind(name + '.', 0) == 0) members.push_back(figure.first);
  return members;
}

/// What "a,b" asks for: names may hold commas themselves.
std::vector<std::string> listed_names(const Known& known, const std::string& given) {
  std::vector<std::string> names;
  for (size_t begin = 0; begin <= given.size();) {
    size_t end = given.size();
    const auto is_name = [&](const std::string& text) {
      return known.count(text) != 0 || !family(known, text).empty();
    };
    while (!is_name(given.substr(begin, end - begin))) {
      const size_t comma = given.rfind(',', end - 1);
      if (comma == std::string::npos || comma <= begin) break;
      end = comma;
    }
    names.push_back(given.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

/// Makes figures of the tables that are asked for: "confusion_matrix.cat.dog", how many cats were
/// taken for dogs.
void spread_tables(std::vector<ComparedRun>& runs, const std::vector<std::string>& asked) {
  const std::string all = fmt::format(",{},", fmt::join(asked, ","));
  for (ComparedRun& run : runs)
    for (const auto& [name, rows] : run.tables)
      for (size_t r = 0; all.find(',' + name) != std::string::npos && r < rows.size(); ++r)
        for (size_t c = 0; c < rows[r].size(); ++c) {
          RunFigure figure(rows[r][c]);
          figure.of_labels = figure.of_test = true;
          run.figures[fmt::format("{}.{}.{}", name, run.class_name(r), run.class_name(c))] = figure;
        }
}

std::vector<std::string> chosen_metrics(const Known& known, const std::vector<std::string>& asked) {
  if (asked.empty()) return default_metrics(known);
  if (asked == std::vector<std::string>{"all"}) return names_of(known);
  std::vector<std::string> chosen, wrong;
  for (const std::string& list : asked)
    for (const std::string& name : listed_names(known, list)) {
      auto members = known.count(name) != 0 ? std::vector<std::string>{name} : family(known, name);
      if (members.empty())
        wrong.push_back(fmt::format("--metric: no run has '{}'{}", name,
                                    near_names(name, names_of(known), "--metric all shows them")));
      for (std::string& member : members)
        if (!contains(chosen, member)) chosen.push_back(std::move(member));
    }
  if (!wrong.empty()) throw UserError(fmt::format("{}", fmt::join(wrong, "\n")));
  return chosen;
}

/// Whether a figure of the test split depends on what that split chose.
bool chosen_on_test(const ComparedRun& run, const RunFigure& figure) {
  return !run.test_choice.empty() && figure.of_test &&
         (figure.of_labels || run.chose_in_pretraining);
}

/// A cost depends on the machine's other work: it has a spread, and no interval of a mean. That of
/// a fraction ends at 0 and 1.
Cell make_cell(const Group& group, const std::string& metric, const RunFigure& figure) {
  Cell cell;
  std::set<std::string> units;
  std::map<int64_t, std::vector<double>> by_seed;
  for (const ComparedRun* run : group.runs) {
    const auto found = run->figures.find(metric);
    if (run->status != "completed") continue;
    cell.complete &= found != run->figures.end();
    if (found == run->figures.end()) continue;
    by_seed[run->seed].push_back(found->second.value);
    if (!found->second.unit.empty()) units.insert(found->second.unit);
    cell.chosen_on_test |= chosen_on_test(*run, found->second);
  }
  for (const auto& seed : by_seed)
    cell.values.push_back(seed.second.size() == 1 ? seed.second[0] : summarize(seed.second).mean);
  cell.unit = fmt::format("{}", fmt::join(units, " and "));
  cell.summary = summarize(cell.values);
  Summary& s = cell.summary;
  if (figure.cost) s.ci_low = s.ci_high = std::numeric_limits<double>::quiet_NaN();
  if (figure.fraction) {
    s.ci_low = std::max(s.ci_low, std::min(0.0, s.mean));
    s.ci_high = std::min(s.ci_high, std::max(1.0, s.mean));
  }
  return cell;
}

void fill(Comparison& c, const Known& known, const std::vector<std::string>& names) {
  c.metrics.clear();
  for (Group& group : c.groups) group.cells.clear();
  for (const std::string& name : names) {
    std::set<std::string> units;
    size_t of_codes = 0;
    for (Group& group : c.groups) {
      group.cells.push_back(make_cell(group, name, known.at(name)));
      const Cell& cell = group.cells.back();
      if (!cell.values.empty()) units.insert(cell.unit);
      of_codes += is_of_codes(cell) ? 1 : 0;
    }
    c.metrics.push_back({name, known.at(name), units.size() < 2 && of_codes < 2});
  }
}

/// Raw squared errors of different data sets: offers them over the data's variance, beside.
std::vector<std::string> with_relative(const Comparison& c, const Known& known) {
  std::vector<std::string> names;
  for (const ComparedMetric& metric : c.metrics) {
    if (!contains(names, metric.name)) names.push_back(metric.name);
    const std::string& relative = metric.figure.relative;
    if (!metric.comparable && known.count(relative) != 0 && !contains(names, relative))
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
/// others may be the lucky ones.
bool may_be_best(const Group& group, const Cell& cell, const ComparedMetric& metric) {
  return cell.complete && !group.lost_runs() && !group.noted(metric.figure.of_labels) &&
         group.tested();
}

/// The groups' best cell, where it stands out: no other's mean lies in its interval, and one at
/// least may be compared with it, parted by no flag.
/// @param ranked  groups of 3 seeds or more; fewer are never believed
Cell* outstanding(Comparison& c, const std::vector<size_t>& ranked, size_t metric,
                  const std::vector<const Flag*>& flags) {
  std::vector<Group>& groups = c.groups;
  const int direction = c.metrics[metric].figure.better;
  const auto mean = [&](size_t g) { return direction * groups[g].cells[metric].summary.mean; };
  const size_t best = *std::max_element(ranked.begin(), ranked.end(),
                                        [&](size_t a, size_t b) { return mean(a) < mean(b); });
  Cell& cell = groups[best].cells[metric];
  if (!may_be_best(groups[best], cell, c.metrics[metric])) return nullptr;
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

void fill_cells(Comparison& c, const std::vector<std::string>& asked) {
  spread_tables(c.runs, asked);
  const Known known = known_figures(c.runs);
  fill(c, known, chosen_metrics(known, asked));
  fill(c, known, with_relative(c, known));
}

void mark_best(Comparison& c) {
  for (size_t m = 0; m < c.metrics.size(); ++m) {
    const ComparedMetric& metric = c.metrics[m];
    if (metric.figure.better == 0 || metric.figure.cost) continue;
    std::vector<const Flag*> flags;
    for (const Flag& flag : c.flags)
      if (flag.concerns(metric)) flags.push_back(&flag);
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
