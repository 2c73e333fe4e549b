#include "strata/report/comparing/grouping.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "strata/report/comparing/row_keys.hpp"
#include "strata/report/comparing/run_conditions.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

/// By run: the number of its configuration.
using Numbers = std::map<const ComparedRun*, size_t>;

/// Which of two runs of the same settings and seed counts: a completed one, the later of two.
bool counts_more(const ComparedRun& a, const ComparedRun& b) {
  const bool a_done = a.status == "completed", b_done = b.status == "completed";
  if (a_done != b_done) return a_done;
  return a.start != b.start ? a.start > b.start : a.path > b.path;
}

/// Runs that give no figures, for another has their settings and seed.
struct Repeats {
  size_t count = 0;
  /// Those whose figures are not the other's, by the keys of the machines' differences.
  std::map<std::string, std::vector<const ComparedRun*>> unlike;
};

/// Leaves one run of each configuration and seed.
std::vector<const ComparedRun*> one_a_seed(std::vector<ComparedRun*> runs, const Numbers& number,
                                           Repeats& repeats) {
  std::sort(runs.begin(), runs.end(), [&](const ComparedRun* a, const ComparedRun* b) {
    if (number.at(a) != number.at(b)) return number.at(a) < number.at(b);
    return a->seed != b->seed ? a->seed < b->seed : counts_more(*a, *b);
  });
  std::vector<const ComparedRun*> counted;
  ComparedRun* last = nullptr;
  for (ComparedRun* run : runs) {
    if (last == nullptr || number.at(last) != number.at(run) || last->seed != run->seed) {
      counted.push_back(last = run);
      continue;
    }
    ++repeats.count;
    if (run->status != "completed") continue;
    if (same_result(*run, *last))
      last->figures.insert(run->figures.begin(), run->figures.end());
    else
      repeats.unlike[fmt::format("{}", fmt::join(machine_differences(*run, *last), ", "))]
          .push_back(run);
  }
  return counted;
}

/// The different configurations, in the order of first sight: settings, and beside them the
/// conditions that tell runs of the same settings apart, and the name where that is asked for.
struct Configurations {
  std::vector<Json> configs;
  std::vector<std::vector<const ComparedRun*>> members;
  Numbers index;
  std::vector<std::string> facts;  ///< the conditions' keys

  Configurations(const std::vector<ComparedRun*>& runs, const std::vector<std::string>& by) {
    const bool by_name = std::find(by.begin(), by.end(), "name") != by.end();
    const RunConditions conditions = run_conditions({runs.begin(), runs.end()}, by);
    facts = conditions.keys;
    std::map<std::vector<std::string>, size_t> known;
    for (const ComparedRun* run : runs) {
      const auto& values = conditions.values.at(run);
      std::vector<std::string> id = values;
      id.push_back(run->settings_id);
      if (by_name) id.push_back(run->name);
      const auto [found, is_new] = known.emplace(std::move(id), configs.size());
      index[run] = found->second;
      if (is_new) {
        configs.push_back(*run->settings);
        members.emplace_back();
        if (by_name) configs.back()["name"] = run->name;
        for (size_t k = 0; k < facts.size(); ++k)
          if (!values[k].empty()) configs.back()[facts[k]] = values[k];
      }
      members[found->second].push_back(run);
    }
  }
};

void add_repeat_notes(std::vector<std::string>& notes, const Repeats& repeats) {
  if (repeats.count == 0) return;
  notes.push_back(fmt::format(
      "{} the settings and seed of another and {} no part in the figures: no independent sample",
      counted(repeats.count, "run repeats", "runs repeat"), repeats.count > 1 ? "take" : "takes"));
  for (const auto& [machine, runs] : repeats.unlike) {
    constexpr size_t most = 3;
    std::vector<std::string> places;
    for (size_t i = 0; i < std::min(runs.size(), most); ++i)
      places.push_back(runs[i]->path.string());
    if (runs.size() > most) places.push_back(fmt::format("and {} more", runs.size() - most));
    notes.push_back(fmt::format(
        "of these, {} other figures than the later run, which counts: {}; {}",
        counted(runs.size(), "run has", "runs have"), fmt::join(places, ", "),
        machine.empty() ? "on one machine the same settings and seed give the same figures, bit "
                          "for bit"
                        : fmt::format("they differ in {}, by which --by makes rows", machine)));
  }
}

}  // namespace

GroupedRuns::GroupedRuns(const std::vector<ComparedRun*>& runs,
                         const std::vector<std::string>& by) {
  const Configurations all(runs, by);
  index_ = all.index;
  facts = all.facts;
  const VaryingSettings varying = varying_settings(all.configs);
  const RowKeys ask(all.configs, varying);
  asked = ask.keys(by, facts, provenance_keys({runs.begin(), runs.end()}));
  const auto added = by.empty() ? by : ask.data_keys(asked, all.members);
  keys = asked;
  keys.insert(keys.end(), added.begin(), added.end());
  const VaryingSettings columns = by.empty() ? varying : ask.columns(keys);
  keys = columns.keys;
  key_names = short_names(keys, ask.known());

  std::map<std::vector<std::string>, std::vector<ComparedRun*>> members;
  for (ComparedRun* run : runs) members[columns.values[all.index.at(run)]].push_back(run);
  rest_.resize(all.configs.size());
  for (size_t k = 0; k < varying.keys.size(); ++k) {
    if (ask.told_by(keys, varying.keys[k])) continue;
    rest_keys_.push_back(varying.keys[k]);
    for (size_t i = 0; i < all.configs.size(); ++i) rest_[i].push_back(varying.values[i][k]);
  }

  Repeats repeats;
  for (auto& [values, found] : members) {
    Group group;
    group.values = values;
    group.runs = one_a_seed(found, all.index, repeats);
    std::set<std::string> names;
    for (const ComparedRun* run : group.runs) names.insert(run->name);
    const std::set<const ComparedRun*> counted(group.runs.begin(), group.runs.end());
    for (const ComparedRun* run : found) {
      ++group.statuses[run->status];
      if (counted.count(run) == 0) group.repeats.push_back(run);
    }
    group.names = {names.begin(), names.end()};
    groups.push_back(std::move(group));
  }
  if (by.empty() && !varying.alike.empty())
    notes.push_back(fmt::format("alike in every row that has them, and so in no column: {}",
                                fmt::join(varying.alike, ", ")));
  if (!added.empty())
    notes.push_back(
        fmt::format("rows never mix runs on different test data: {}, which --by does "
                    "not name, tells them apart too",
                    fmt::join(added, ", ")));
  add_repeat_notes(notes, repeats);
  add_rest_notes();
}

void GroupedRuns::add_rest_notes() {
  std::vector<std::string> mixing, apart;
  for (size_t k = 0; k < rest_keys_.size(); ++k) {
    std::set<std::string> all;
    bool mixes = false;
    for (const Group& group : groups) {
      std::set<std::string> values;
      for (const ComparedRun* run : group.runs) values.insert(rest_[index_.at(run)][k]);
      mixes |= values.size() > 1;
      all.insert(values.begin(), values.end());
    }
    if (mixes)
      mixing.push_back(rest_keys_[k]);
    else if (all.size() > 1 && !covers(keys, rest_keys_[k]))
      apart.push_back(rest_keys_[k]);
  }
  mixed = !mixing.empty();
  if (mixed)
    notes.push_back(fmt::format(
        "rows mix runs of different {}: each figure is the mean of a seed's runs, and pairs are "
        "counted by seed",
        fmt::join(mixing, ", ")));
  if (!apart.empty())
    notes.push_back(
        fmt::format("the rows differ in {} too, which --by does not name", fmt::join(apart, ", ")));
}

bool GroupedRuns::agree(const ComparedRun& a, const ComparedRun& b) const {
  const auto &ours = rest_[index_.at(&a)], &theirs = rest_[index_.at(&b)];
  for (size_t k = 0; k < ours.size(); ++k)
    if (ours[k] != theirs[k] && !ours[k].empty() && !theirs[k].empty()) return false;
  return true;
}

}  // namespace strata
