#include "strata/report/choosing/best.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "strata/report/comparing/comparison.hpp"
#include "strata/report/reading/stage_settings.hpp"
#include "strata/report/settings/find_key.hpp"
#include "strata/report/settings/near_names.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

using Figures = std::map<std::string, RunFigure, NaturalLess>;

bool counts(const ComparedRun& run) {
  return run.status == "completed" && run.changed.empty();
}

Figures figures_of(const std::vector<ComparedRun>& runs) {
  Figures known;
  for (const ComparedRun& run : runs)
    if (counts(run)) known.insert(run.figures.begin(), run.figures.end());
  return known;
}

/// Fills in the figure that decides, and that of the test split beside it.
void choose_figure(const Figures& known, const BestOptions& options, BestRuns& best) {
  std::string metric = options.metric;
  if (metric.empty()) {
    const auto finals = final_figures({known.begin(), known.end()});
    if (finals.empty())
      throw UserError(
          "the runs have no final figure: name one of a stage, --metric loss.pretrain-1");
    metric = finals[0];
  }
  const std::string validated = "validation." + metric;
  const auto named = known.find(metric);
  const bool has_splits =
      named != known.end() ? named->second.of_test : known.count(validated) != 0;
  best.figure = has_splits && options.split != "test" ? validated : metric;
  if (best.figure != metric && named != known.end()) best.tested = metric;
  if (known.count(best.figure) == 0 && !has_splits) {
    std::vector<std::string> names;
    for (const auto& figure : known) names.push_back(figure.first);
    throw UserError(fmt::format("--metric: no completed run has '{}'{}", metric,
                                near_names(metric, names, "compare --metric all shows them")));
  }
  if (known.count(best.figure) == 0)
    throw UserError(fmt::format(
        "no completed run has {}: a run is measured on validation data where data.validation_size "
        "sets some apart. --split test chooses by {} of the test split, which is then an "
        "optimistic "
        "figure of the run that is chosen",
        best.figure, metric));
  best.declared = known.at(best.figure);
  if (best.declared.better == 0)
    throw UserError(fmt::format("--metric: {} has no better side", best.figure));
}

/// The full key of a setting, of those that vary where these are meant.
std::string full_key(const std::vector<ComparedRun>& runs, const std::string& name) {
  std::vector<Json> configs;
  std::set<const Json*> seen;
  std::vector<std::string> keys;
  for (const ComparedRun& run : runs) {
    if (!seen.insert(run.settings.get()).second) continue;
    configs.push_back(*run.settings);
    for (const auto& setting : flat_settings(*run.settings))
      if (std::find(keys.begin(), keys.end(), setting.first) == keys.end())
        keys.push_back(setting.first);
  }
  const std::vector<std::string> vary = varying_settings(configs).keys;
  const bool varies = std::any_of(vary.begin(), vary.end(), [&](const std::string& key) {
    return ends_in(key, without_type(keys, name));
  });
  const auto& among = varies ? vary : keys;
  return among[find_key(among, name, "--by", {})];
}

std::string value_of(const ComparedRun& run, const std::string& key) {
  for (const auto& [known, value] : flat_settings(*run.settings))
    if (known == key) return value;
  return {};
}

/// Throws where the figure measures different things in the runs of a list.
void check_comparable(const BestRuns& best, const BestRuns::List& list) {
  std::set<std::string> units, tested;
  std::set<std::string> datasets;
  for (const BestRuns::Entry& entry : list.entries) {
    units.insert(entry.run->figures.at(best.figure).unit);
    tested.insert(entry.run->test_data);
    datasets.insert(entry.run->dataset);
  }
  if (best.declared.cost) return;
  const std::string ways = "take some of the runs (--where), or the best of each (--by)";
  if (datasets.size() > 1)
    throw UserError(fmt::format("{} of different data sets is no one's best ({}): {} dataset",
                                best.figure, fmt::join(datasets, ", "), ways));
  if (units.size() > 1)
    throw UserError(fmt::format("{} is measured on different things ({}): {}", best.figure,
                                fmt::join(units, "; "), ways));
  if (list.entries.size() > 1 && units.begin()->find("codes") != std::string::npos)
    throw UserError(fmt::format(
        "{} is of codes, and each run has its own: no run is the best by it", best.figure));
  if (tested.size() > 1 && best.declared.of_test)
    throw UserError(
        fmt::format("{} was measured on different test data: {} test_size", best.figure, ways));
}

void add_notes(BestRuns& best, const BestOptions& options, size_t ranked) {
  size_t changed = 0, lacking = 0, unfinished = 0;
  for (const ComparedRun& run : best.runs) {
    unfinished += run.status != "completed" ? 1 : 0;
    if (run.status != "completed") continue;
    changed += run.changed.empty() ? 0 : 1;
    lacking += run.changed.empty() && run.figures.count(best.figure) == 0 ? 1 : 0;
  }
  const auto add = [&](size_t count, const char* are, const std::string& what) {
    if (count > 0)
      best.notes.push_back(fmt::format("{} {} {}", counted(count, "run", "runs"), are, what));
  };
  add(unfinished, "left out:", "not completed");
  add(lacking, "left out:", "without " + best.figure);
  add(changed, "left out:", "changed by hand since strata wrote the record");
  if (options.split == "test" && best.declared.of_test)
    best.notes.push_back(
        "chosen by the test split: of the run that is chosen, this figure is optimistic");
  if (ranked > 1)
    best.notes.push_back(
        "the best of many runs is lucky, too: judge settings by their mean over seeds, as compare "
        "does");
}

}  // namespace

BestRuns best_runs(std::vector<ComparedRun> runs, const BestOptions& options) {
  BestRuns best;
  best.runs = std::move(runs);
  if (std::none_of(best.runs.begin(), best.runs.end(), counts))
    throw UserError(fmt::format("of {} none is completed and as strata wrote it",
                                counted(best.runs.size(), "run", "runs")));
  settle(best.runs);
  choose_figure(figures_of(best.runs), options, best);
  if (!options.by.empty()) best.key = full_key(best.runs, options.by);
  std::map<std::string, std::vector<double>> by_settings;
  std::map<std::string, BestRuns::List, NaturalLess> lists;
  size_t ranked = 0;
  for (const ComparedRun& run : best.runs) {
    const auto figure = run.figures.find(best.figure);
    if (!counts(run) || figure == run.figures.end()) continue;
    const std::string value = best.key.empty() ? "" : value_of(run, best.key);
    const auto tested = run.figures.find(best.tested);
    lists[value].value = value;
    lists[value].entries.push_back({&run,
                                    figure->second.value,
                                    tested == run.figures.end()
                                        ? std::numeric_limits<double>::quiet_NaN()
                                        : tested->second.value,
                                    {}});
    by_settings[run.settings_id].push_back(figure->second.value);
    ++ranked;
  }
  for (auto& [value, list] : lists) {
    check_comparable(best, list);
    for (BestRuns::Entry& entry : list.entries)
      entry.seeds = summarize(by_settings.at(entry.run->settings_id));
    std::stable_sort(list.entries.begin(), list.entries.end(), [&](const auto& a, const auto& b) {
      return best.declared.better * a.value > best.declared.better * b.value;
    });
    best.lists.push_back(std::move(list));
  }
  add_notes(best, options, ranked);
  return best;
}

}  // namespace strata
