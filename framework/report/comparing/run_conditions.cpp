#include "strata/report/comparing/run_conditions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/report/settings/varying_settings.hpp"

namespace strata {
namespace {

using RunList = std::vector<const ComparedRun*>;
using FactValues = std::vector<std::string>;

const Fact* fact_of(const ComparedRun& run, const std::string& key) {
  const auto found = std::find_if(run.facts.begin(), run.facts.end(),
                                  [&](const Fact& fact) { return fact.key == key; });
  return found == run.facts.end() ? nullptr : &*found;
}

/// Whether the configuration says it already; what is measured is no setting (ComparedRun).
bool is_setting(const Fact& fact) {
  return fact.key.rfind("config.", 0) == 0 && fact.category != "metric definition";
}

bool asked_for(const std::string& key, const std::vector<std::string>& by) {
  return std::any_of(by.begin(), by.end(),
                     [&](const std::string& name) { return ends_in(key, name); });
}

bool is_provenance(const Fact& fact) {
  return fact.key.rfind("provenance.", 0) == 0;
}

/// The keys that may tell runs apart; versions first, as they explain the rest.
std::vector<std::string> candidates(const RunList& runs, const std::vector<std::string>& by) {
  std::vector<std::string> versions, others;
  std::set<std::string> known;
  for (const ComparedRun* run : runs)
    for (const Fact& fact : run->facts)
      if ((fact.category != "machine" || asked_for(fact.key, by)) && fact.category != "epochs" &&
          !is_setting(fact) && known.insert(fact.key).second)
        (fact.category == "strata version" ? versions : others).push_back(fact.key);
  versions.insert(versions.end(), others.begin(), others.end());
  return versions;
}

/// The number of a run's value among those of its scope, in the order of the runs; by what they are
/// alike in otherwise.
class Draws {
 public:
  size_t number(size_t alike, const Fact& fact) {
    FactValues& seen = seen_[{alike, fact.scope}];
    const auto found = std::find(seen.begin(), seen.end(), fact.value);
    const auto number = static_cast<size_t>(found - seen.begin());
    if (found == seen.end()) seen.push_back(fact.value);
    differs_ |= seen.size() > 1;
    texts_[{alike, number}].insert(fact.value);
    return number;
  }
  bool differs() const { return differs_; }
  std::string text(size_t alike, size_t number) const {
    const auto& values = texts_.at({alike, number});
    return values.size() == 1 ? *values.begin() : fmt::format("draw {}", number + 1);
  }

 private:
  std::map<std::pair<size_t, std::string>, FactValues> seen_;
  std::map<std::pair<size_t, size_t>, std::set<std::string>> texts_;
  bool differs_ = false;
};

bool contradicts_nothing(const FactValues& some, const FactValues& all) {
  for (size_t k = 0; k < some.size(); ++k)
    if (!some[k].empty() && some[k] != all[k]) return false;
  return true;
}

/// Gives runs that ended early what they could not say themselves.
void complete_values(RunConditions& c, const RunList& runs) {
  std::map<std::string, std::set<FactValues>> completed;
  for (const ComparedRun* run : runs)
    if (run->status == "completed") completed[run->settings_id].insert(c.values[run]);
  for (const ComparedRun* run : runs) {
    FactValues& values = c.values[run];
    for (const FactValues& other : completed[run->settings_id])
      if (run->status != "completed" && contradicts_nothing(values, other)) {
        values = other;
        break;
      }
  }
}

}  // namespace

RunConditions run_conditions(const std::vector<const ComparedRun*>& given,
                             const std::vector<std::string>& by) {
  RunList runs = given;
  std::sort(runs.begin(), runs.end(), [](const ComparedRun* a, const ComparedRun* b) {
    return a->start != b->start ? a->start < b->start : a->path < b->path;
  });
  std::map<std::string, size_t> settings;
  std::vector<size_t> alike;  // the number of what a run has been found alike in so far
  for (const ComparedRun* run : runs)
    alike.push_back(settings.emplace(run->settings_id, settings.size()).first->second);

  RunConditions result;
  for (const ComparedRun* run : runs) result.values[run];
  for (const std::string& key : candidates(runs, by)) {
    Draws draws;
    std::vector<size_t> numbers;
    constexpr size_t unsaid = 0;
    for (size_t i = 0; i < runs.size(); ++i) {
      // What a run planned, and measured, is known when it has completed.
      const Fact* fact = fact_of(*runs[i], key);
      const bool known =
          fact != nullptr && (runs[i]->status == "completed" || is_provenance(*fact));
      numbers.push_back(known ? 1 + draws.number(alike[i], *fact) : unsaid);
    }
    if (!draws.differs() && !asked_for(key, by)) continue;
    result.keys.push_back(key);
    std::map<std::pair<size_t, size_t>, size_t> refined;
    for (size_t i = 0; i < runs.size(); ++i) {
      result.values[runs[i]].push_back(numbers[i] == unsaid ? ""
                                                            : draws.text(alike[i], numbers[i] - 1));
      alike[i] =
          refined.emplace(std::make_pair(alike[i], numbers[i]), refined.size()).first->second;
    }
  }
  complete_values(result, runs);
  return result;
}

std::vector<std::string> provenance_keys(const std::vector<const ComparedRun*>& runs) {
  std::set<std::string> keys;
  for (const ComparedRun* run : runs)
    for (const Fact& fact : run->facts)
      if (is_provenance(fact)) keys.insert(fact.key);
  return {keys.begin(), keys.end()};
}

std::vector<std::string> machine_differences(const ComparedRun& a, const ComparedRun& b) {
  std::vector<std::string> keys;
  for (const auto& [run, other] : {std::pair{&a, &b}, std::pair{&b, &a}})
    for (const Fact& fact : run->facts) {
      const Fact* theirs = fact_of(*other, fact.key);
      const bool told = std::find(keys.begin(), keys.end(), fact.key) != keys.end();
      if (fact.category == "machine" && !told && (theirs == nullptr || theirs->value != fact.value))
        keys.push_back(fact.key);
    }
  return keys;
}

}  // namespace strata
