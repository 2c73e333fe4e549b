#include "strata/report/comparing/without_effect.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace strata {
namespace {

using Outcomes = std::map<int64_t, std::string>;  // by seed
using Values = std::vector<std::string>;

Outcomes outcomes_of(const std::vector<const ComparedRun*>& runs) {
  Outcomes outcomes;
  for (const ComparedRun* run : runs)
    if (!run->outcome.empty()) outcomes.emplace(run->seed, run->outcome);
  return outcomes;
}

bool contradict(const Outcomes& a, const Outcomes& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& outcome) {
    const auto other = b.find(outcome.first);
    return other != b.end() && other->second != outcome.second;
  });
}

/// Configurations by what they give, each under the first that gives it.
std::vector<size_t> same_results(const std::vector<std::vector<const ComparedRun*>>& runs) {
  std::vector<Outcomes> outcomes;
  std::map<std::pair<int64_t, std::string>, size_t> first;
  std::vector<size_t> result;
  for (size_t i = 0; i < runs.size(); ++i) {
    outcomes.push_back(outcomes_of(runs[i]));
    result.push_back(i);
    for (const auto& outcome : outcomes[i]) {
      const size_t candidate = first.emplace(outcome, i).first->second;
      if (result[i] == i && !contradict(outcomes[candidate], outcomes[i]))
        result[i] = result[candidate];
    }
  }
  return result;
}

/// Whether configurations that differ in these settings alone give different results somewhere.
bool matter(const std::set<size_t>& columns, const VaryingSettings& varying,
            const std::vector<size_t>& result) {
  std::map<Values, size_t> seen;
  for (size_t i = 0; i < varying.values.size(); ++i) {
    Values others;
    for (size_t k = 0; k < varying.keys.size(); ++k)
      if (columns.count(k) == 0) others.push_back(varying.values[i][k]);
    if (seen.emplace(std::move(others), result[i]).first->second != result[i]) return true;
  }
  return false;
}

}  // namespace

SettingsWithoutEffect blank_without_effect(const std::vector<std::vector<const ComparedRun*>>& runs,
                                           const std::vector<std::string>& asked,
                                           VaryingSettings& varying) {
  SettingsWithoutEffect unused{same_results(runs), {}};
  std::map<size_t, std::vector<size_t>> members;
  for (size_t i = 0; i < runs.size(); ++i) members[unused.result[i]].push_back(i);
  const VaryingSettings given = varying;
  std::map<std::set<size_t>, bool> known;
  std::set<size_t> blanked;
  for (const auto& [result, configs] : members) {
    std::set<size_t> columns;
    for (size_t k = 0; k < given.keys.size(); ++k)
      for (const size_t i : configs)
        if (given.values[i][k] != given.values[result][k]) columns.insert(k);
    auto found = known.find(columns);
    if (found == known.end())
      found = known.emplace(columns, matter(columns, given, unused.result)).first;
    for (const size_t i : configs) {
      if (!found->second) unused.result[i] = i;
      for (const size_t k : columns)
        if (found->second && std::find(asked.begin(), asked.end(), given.keys[k]) == asked.end()) {
          varying.values[i][k].clear();
          blanked.insert(k);
        }
    }
  }
  for (const size_t k : blanked) unused.keys.push_back(given.keys[k]);
  return unused;
}

}  // namespace strata
