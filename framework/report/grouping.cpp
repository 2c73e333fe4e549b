#include "strata/report/grouping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/config/issues.hpp"
#include "strata/report/settings.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

/// Which of two runs of the same settings and seed counts: a completed one, the later of two.
bool counts_more(const ComparedRun& a, const ComparedRun& b) {
  const bool a_done = a.status == "completed", b_done = b.status == "completed";
  return a_done != b_done ? a_done : a.start > b.start;
}

std::string row_text(const std::vector<std::string>& keys, const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (size_t k = 0; k < keys.size(); ++k) parts.push_back(keys[k] + '=' + values[k]);
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<const ComparedRun*> one_a_seed(std::vector<const ComparedRun*> runs, size_t& repeats) {
  std::sort(runs.begin(), runs.end(), [](const ComparedRun* a, const ComparedRun* b) {
    if (a->settings_id != b->settings_id) return a->settings_id < b->settings_id;
    return a->seed != b->seed ? a->seed < b->seed : counts_more(*a, *b);
  });
  const auto end = std::unique(runs.begin(), runs.end(), [](const auto* a, const auto* b) {
    return a->settings_id == b->settings_id && a->seed == b->seed;
  });
  repeats += static_cast<size_t>(runs.end() - end);
  runs.erase(end, runs.end());
  return runs;
}

/// The different configurations, in the order of first sight.
struct Configurations {
  std::vector<std::string> ids;
  std::vector<Json> configs;
  std::map<std::string, size_t> index;

  explicit Configurations(const std::vector<ComparedRun>& runs) {
    for (const ComparedRun& run : runs)
      if (index.emplace(run.settings_id, ids.size()).second) {
        ids.push_back(run.settings_id);
        configs.push_back(Json::parse(run.settings));
      }
  }
};

/// The columns that --by asks for; a setting that does not vary makes a column of one value.
VaryingSettings asked_settings(const Configurations& all, const VaryingSettings& varying,
                               const std::vector<std::string>& by) {
  std::vector<std::map<std::string, std::string>> flat;
  std::vector<std::string> known;
  for (const Json& config : all.configs) {
    flat.emplace_back();
    for (auto& [key, value] : flat_settings(config)) {
      if (std::find(known.begin(), known.end(), key) == known.end()) known.push_back(key);
      flat.back().emplace(key, value);
    }
  }
  VaryingSettings asked;
  asked.values.resize(all.configs.size());
  for (const std::string& name : by) {
    const auto varies = std::find(varying.keys.begin(), varying.keys.end(), name);
    const bool suffix_varies =
        std::count_if(varying.keys.begin(), varying.keys.end(), [&](const std::string& key) {
          return key.size() > name.size() &&
                 key.compare(key.size() - name.size() - 1, name.size() + 1, '.' + name) == 0;
        }) == 1;
    const bool among_varying = varies != varying.keys.end() || suffix_varies;
    const auto& keys = among_varying ? varying.keys : known;
    const size_t k = find_key(keys, name, "--by", keys);
    asked.keys.push_back(keys[k]);
    for (size_t i = 0; i < flat.size(); ++i)
      asked.values[i].push_back(among_varying ? varying.values[i][k] : flat[i][keys[k]]);
  }
  return asked;
}

std::vector<std::string> missing_from(const std::vector<std::string>& keys,
                                      const std::vector<std::string>& other) {
  std::vector<std::string> missing;
  for (const std::string& key : keys)
    if (std::find(other.begin(), other.end(), key) == other.end()) missing.push_back(key);
  return missing;
}

}  // namespace

GroupedRuns::GroupedRuns(const std::vector<ComparedRun>& runs, const std::vector<std::string>& by) {
  const Configurations all(runs);
  const VaryingSettings varying = varying_settings(all.configs);
  const VaryingSettings columns = by.empty() ? varying : asked_settings(all, varying, by);
  keys = columns.keys;

  std::map<std::vector<std::string>, std::vector<const ComparedRun*>> members;
  for (const ComparedRun& run : runs)
    members[columns.values[all.index.at(run.settings_id)]].push_back(&run);
  const auto mixed = missing_from(varying.keys, keys);
  for (size_t i = 0; i < all.ids.size(); ++i)
    for (size_t k = 0; k < varying.keys.size(); ++k)
      if (std::find(mixed.begin(), mixed.end(), varying.keys[k]) != mixed.end())
        rest_[all.ids[i]] += varying.keys[k] + '=' + varying.values[i][k] + '\n';

  size_t repeats = 0;
  for (auto& [values, found] : members) {
    Group group;
    group.values = values;
    group.runs = one_a_seed(found, repeats);
    std::set<std::string> names;
    for (const ComparedRun* run : group.runs) {
      names.insert(run->name);
      ++group.statuses[run->status];
    }
    group.names = {names.begin(), names.end()};
    groups.push_back(std::move(group));
  }
  if (repeats > 0)
    notes.push_back(fmt::format(
        "{} run{} repeat{} the settings and seed of another and {} not "
        "counted: no independent sample",
        repeats, repeats > 1 ? "s" : "", repeats > 1 ? "" : "s", repeats > 1 ? "are" : "is"));
  if (!mixed.empty())
    notes.push_back(fmt::format("rows mix runs of different {}: their spread is not that of seeds",
                                fmt::join(mixed, ", ")));
}

std::string GroupedRuns::block(const ComparedRun& run) const {
  const auto rest = rest_.find(run.settings_id);
  return std::to_string(run.seed) + '\n' + (rest == rest_.end() ? "" : rest->second);
}

size_t find_key(const std::vector<std::string>& keys, const std::string& name,
                const std::string& option, const std::vector<std::string>& known) {
  std::vector<std::string> matches;
  size_t index = 0;
  for (size_t k = 0; k < keys.size(); ++k) {
    const std::string& key = keys[k];
    if (key == name) return k;
    if (key.size() > name.size() &&
        key.compare(key.size() - name.size() - 1, name.size() + 1, '.' + name) == 0) {
      matches.push_back(key);
      index = k;
    }
  }
  if (matches.size() == 1) return index;
  if (matches.empty())
    throw UserError(
        fmt::format("{}: no setting is called '{}'{}", option, name, suggestion(name, known)));
  throw UserError(fmt::format("{}: '{}' may mean {}", option, name, fmt::join(matches, " or ")));
}

size_t find_baseline(const Comparison& comparison, const std::string& wanted) {
  std::vector<std::pair<size_t, std::string>> conditions;
  bool by_name = wanted.find('=') == std::string::npos;
  for (size_t begin = 0; !by_name && begin <= wanted.size();) {
    const size_t end = std::min(wanted.find(',', begin), wanted.size());
    const std::string part = wanted.substr(begin, end - begin);
    const size_t equals = part.find('=');
    if (equals == std::string::npos)
      throw UserError(fmt::format("--baseline: expected key=value, not '{}'", part));
    conditions.emplace_back(
        find_key(comparison.keys, part.substr(0, equals), "--baseline", comparison.keys),
        part.substr(equals + 1));
    begin = end + 1;
  }
  std::vector<size_t> matches;
  std::vector<std::string> rows;
  for (size_t g = 0; g < comparison.groups.size(); ++g) {
    const Group& group = comparison.groups[g];
    rows.push_back(row_text(comparison.keys, group.values));
    const bool named =
        std::find(group.names.begin(), group.names.end(), wanted) != group.names.end();
    const bool fits = std::all_of(conditions.begin(), conditions.end(), [&](const auto& condition) {
      return group.values[condition.first] == condition.second;
    });
    if (by_name ? named : fits) matches.push_back(g);
  }
  if (matches.size() == 1) return matches[0];
  constexpr size_t most = 10;
  const size_t left = rows.size() > most ? rows.size() - most : 0;
  rows.resize(rows.size() - left);
  throw UserError(
      fmt::format("--baseline: '{}' {}; the rows are:\n  {}{}", wanted,
                  matches.empty() ? "is no row" : fmt::format("is {} rows", matches.size()),
                  fmt::join(rows, "\n  "), left > 0 ? fmt::format("\n  and {} more", left) : ""));
}

bool value_less(const std::string& a, const std::string& b) {
  if (a.empty() != b.empty()) return b.empty();
  return natural_less(a, b);
}

}  // namespace strata
