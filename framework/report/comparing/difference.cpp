#include "strata/report/comparing/difference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "strata/report/reading/stage_settings.hpp"
#include "strata/report/settings/varying_settings.hpp"

namespace strata {
namespace {

/// What a run states of each key, whatever the scope.
std::map<std::string, std::string> stated(const ComparedRun& run) {
  std::map<std::string, std::vector<std::string>> values;
  for (const Fact& fact : run.facts) {
    auto& of_key = values[fact.key];
    if (std::find(of_key.begin(), of_key.end(), fact.value) == of_key.end())
      of_key.push_back(fact.value);
  }
  std::map<std::string, std::string> texts;
  for (const auto& [key, of_key] : values) texts[key] = fmt::format("{}", fmt::join(of_key, "; "));
  return texts;
}

void add_settings(const std::vector<ComparedRun>& runs, RunDifference& difference) {
  const VaryingSettings varying = varying_settings({*runs[0].settings, *runs[1].settings});
  for (size_t k = 0; k < varying.keys.size(); ++k)
    difference.settings.push_back({varying.keys[k], varying.values[0][k], varying.values[1][k]});
  if (runs[0].seed != runs[1].seed)
    difference.settings.push_back(
        {"seed", std::to_string(runs[0].seed), std::to_string(runs[1].seed)});
}

/// In the order in which records state them.
void add_conditions(const std::vector<ComparedRun>& runs, RunDifference& difference) {
  std::vector<std::string> keys;
  for (const ComparedRun& run : runs)
    for (const Fact& fact : run.facts) {
      // What is a setting stands among the settings.
      const bool is_setting =
          std::any_of(difference.settings.begin(), difference.settings.end(),
                      [&](const auto& line) { return fact.key == "config." + line.key; });
      if (!is_setting && std::find(keys.begin(), keys.end(), fact.key) == keys.end())
        keys.push_back(fact.key);
    }
  auto first = stated(runs[0]), second = stated(runs[1]);
  for (const std::string& key : keys)
    if (first[key] != second[key]) difference.conditions.push_back({key, first[key], second[key]});
}

void add_figures(const std::vector<ComparedRun>& runs, RunDifference& difference) {
  std::map<std::string, RunFigure> all = runs[0].figures;
  all.insert(runs[1].figures.begin(), runs[1].figures.end());
  std::vector<std::string> names = final_figures(all);
  const std::set<std::string> finals(names.begin(), names.end());
  std::set<std::string> stages, relatives;
  for (const ComparedRun& run : runs)
    for (const StageCurve& curve : run.curves) stages.insert('.' + curve.stage);
  for (const auto& figure : all) relatives.insert(figure.second.relative);
  const auto is_of_stage = [&](const std::string& name) {
    return name.rfind("loss.", 0) != 0 &&
           std::any_of(stages.begin(), stages.end(), [&](const std::string& stage) {
             return name.size() > stage.size() &&
                    name.compare(name.size() - stage.size(), stage.size(), stage) == 0;
           });
  };
  std::vector<std::string> costs;
  for (const auto& [name, figure] : all)
    if (!figure.by_class && finals.count(name) + relatives.count(name) == 0 && !is_of_stage(name))
      (figure.cost ? costs : names).push_back(name);
  names.insert(names.end(), costs.begin(), costs.end());
  for (const std::string& name : names) {
    RunDifference::Figure figure{name};
    const auto value = [&](const ComparedRun& run) {
      const auto found = run.figures.find(name);
      return found == run.figures.end() ? std::numeric_limits<double>::quiet_NaN()
                                        : found->second.value;
    };
    figure.first = value(runs[0]);
    figure.second = value(runs[1]);
    const auto a = runs[0].figures.find(name), b = runs[1].figures.find(name);
    figure.comparable = a == runs[0].figures.end() || b == runs[1].figures.end() ||
                        a->second.unit == b->second.unit;
    difference.figures.push_back(figure);
  }
}

}  // namespace

RunDifference run_difference(const ComparedRun& first, const ComparedRun& second) {
  std::vector<ComparedRun> runs = {first, second};
  settle(runs);
  RunDifference difference;
  add_settings(runs, difference);
  add_conditions(runs, difference);
  add_figures(runs, difference);
  difference.same_result = same_result(first, second);
  return difference;
}

}  // namespace strata
