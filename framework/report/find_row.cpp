#include "strata/report/find_row.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "strata/config/issues.hpp"
#include "strata/report/near_names.hpp"
#include "strata/report/settings.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

std::string value_text(const std::string& key, const std::string& value) {
  return fmt::format("{}={}", key, value.empty() ? "-" : value);
}

std::string row_text(const std::vector<std::string>& keys, const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (size_t k = 0; k < keys.size(); ++k) parts.push_back(value_text(keys[k], values[k]));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string without_type(const std::vector<std::string>& keys, const std::string& name) {
  const std::string type = ".type";
  const bool ends =
      name.size() > type.size() && name.compare(name.size() - type.size(), type.size(), type) == 0;
  const bool known =
      std::any_of(keys.begin(), keys.end(), [&](auto& key) { return ends_in(key, name); });
  return ends && !known ? name.substr(0, name.size() - type.size()) : name;
}

size_t find_key(const std::vector<std::string>& keys, const std::string& given,
                const std::string& option, const std::vector<std::string>& facts,
                const std::vector<std::string>& others) {
  const std::string name = without_type(keys, given);
  const auto exact = std::find(keys.begin(), keys.end(), name);
  if (exact != keys.end()) return static_cast<size_t>(exact - keys.begin());
  std::vector<std::string> matches, settings;
  for (const std::string& key : keys) {
    if (!ends_in(key, name)) continue;
    matches.push_back(key);
    if (std::find(facts.begin(), facts.end(), key) == facts.end()) settings.push_back(key);
  }
  if (!settings.empty()) matches = settings;
  if (matches.size() == 1)
    return static_cast<size_t>(std::find(keys.begin(), keys.end(), matches[0]) - keys.begin());
  if (!matches.empty())
    throw UserError(fmt::format("{}: '{}' may mean {}", option, given, fmt::join(matches, " or ")));
  std::vector<std::string> known = keys;
  known.insert(known.end(), others.begin(), others.end());
  const std::string all = option == "--by"
                              ? "a record.json has them under \"config\" and \"provenance\""
                              : fmt::format("the table without {} shows them", option);
  throw UserError(
      fmt::format("{}: no setting is called '{}'{}", option, given, near_names(given, known, all)));
}

namespace {

using Conditions = std::vector<std::pair<size_t, std::string>>;

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Conditions parse_conditions(const Comparison& comparison, const std::string& wanted) {
  Conditions conditions;
  for (size_t begin = 0; begin <= wanted.size();) {
    const size_t end = std::min(wanted.find(',', begin), wanted.size());
    const std::string part = trimmed(wanted.substr(begin, end - begin));
    const size_t equals = part.find('=');
    if (equals == std::string::npos)
      throw UserError(fmt::format("--baseline: expected key=value, not '{}'", part));
    const std::string key = part.substr(0, equals), value = part.substr(equals + 1);
    if (key == "name" && std::none_of(comparison.keys.begin(), comparison.keys.end(),
                                      [&](auto& known) { return ends_in(known, key); }))
      throw UserError(fmt::format(
          "--baseline: 'name' is no column; an experiment's name stands alone: --baseline {}",
          value));
    conditions.emplace_back(find_key(comparison.keys, key, "--baseline", comparison.facts),
                            value == "-" ? "" : value);
    begin = end + 1;
  }
  return conditions;
}

std::string listed_rows(const Comparison& comparison, const std::vector<size_t>& groups) {
  constexpr size_t most = 10;
  std::string text;
  for (size_t i = 0; i < std::min(groups.size(), most); ++i)
    text += "\n  " + row_text(comparison.keys, comparison.groups[groups[i]].values);
  if (groups.size() > most) text += fmt::format("\n  and {} more", groups.size() - most);
  return text;
}

/// What tells one of the rows: the settings in which they differ, with the first row's values.
std::string choice_among(const Comparison& comparison, const std::vector<size_t>& groups) {
  std::vector<std::string> parts;
  for (size_t k = 0; k < comparison.keys.size(); ++k) {
    const auto value = [&](size_t g) -> const std::string& {
      return comparison.groups[g].values[k];
    };
    const bool differs = std::any_of(groups.begin(), groups.end(),
                                     [&](size_t g) { return value(g) != value(groups[0]); });
    if (differs) parts.push_back(value_text(comparison.keys[k], value(groups[0])));
  }
  return fmt::format("{}", fmt::join(parts, ","));
}

/// Whether no two of the rows share test data.
bool each_on_its_own_data(const Comparison& comparison, const std::vector<size_t>& groups) {
  std::set<std::string> seen;
  return std::all_of(groups.begin(), groups.end(), [&](size_t g) {
    const auto data = comparison.groups[g].test_data();
    return !data.empty() && std::all_of(data.begin(), data.end(),
                                        [&](const auto& one) { return seen.insert(one).second; });
  });
}

/// "did you mean strategy=none?", of the nearest values or name; "" where nothing is near.
std::string meant_baseline(const Comparison& comparison, const std::string& wanted,
                           const Conditions& conditions) {
  std::vector<std::string> known, parts;
  for (const Group& group : comparison.groups)
    known.insert(known.end(), group.names.begin(), group.names.end());
  if (conditions.empty()) parts.push_back(nearest(wanted, known));
  bool wrong = conditions.empty();
  for (const auto& [k, value] : conditions) {
    known.clear();
    for (const Group& group : comparison.groups) known.push_back(group.values[k]);
    const bool right = std::find(known.begin(), known.end(), value) != known.end();
    const std::string near = right ? value : nearest(value, known);
    if (near.empty() && !right) return "";
    wrong |= !right;
    parts.push_back(value_text(comparison.key_names[k], near));
  }
  const std::string meant = fmt::format("{}", fmt::join(parts, ","));
  return wrong && !meant.empty() ? fmt::format("did you mean {}? ", meant) : "";
}

}  // namespace

std::string some_baseline(const Comparison& comparison) {
  for (size_t k = 0; k < comparison.keys.size(); ++k) {  // one key is enough where it can be
    const std::string& first = comparison.groups[0].values[k];
    const auto same = [&](const Group& group) { return group.values[k] == first; };
    if (std::count_if(comparison.groups.begin(), comparison.groups.end(), same) == 1)
      return value_text(comparison.keys[k], first);
  }
  std::vector<size_t> all(comparison.groups.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return choice_among(comparison, all);
}

std::vector<size_t> find_baselines(const Comparison& comparison, const std::string& wanted) {
  const bool by_name = wanted.find('=') == std::string::npos;
  const auto conditions = by_name ? Conditions{} : parse_conditions(comparison, wanted);
  std::vector<size_t> matches, all;
  for (size_t g = 0; g < comparison.groups.size(); ++g) {
    const Group& group = comparison.groups[g];
    all.push_back(g);
    const bool named =
        std::find(group.names.begin(), group.names.end(), wanted) != group.names.end();
    const bool fits = std::all_of(conditions.begin(), conditions.end(), [&](const auto& condition) {
      return group.values[condition.first] == condition.second;
    });
    if (by_name ? named : fits) matches.push_back(g);
  }
  if (matches.empty() && by_name && comparison.keys.size() == 1)  // then a value says it all
    for (const size_t g : all)
      if (comparison.groups[g].values[0] == (wanted == "-" ? "" : wanted)) matches.push_back(g);
  if (matches.size() == 1) return matches;
  if (matches.empty())
    throw UserError(fmt::format("--baseline: '{}' is no row; {}the rows are:{}", wanted,
                                meant_baseline(comparison, wanted, conditions),
                                listed_rows(comparison, all)));
  if (each_on_its_own_data(comparison, matches)) return matches;
  const std::string choice = choice_among(comparison, matches);
  throw UserError(fmt::format("--baseline: '{}' is {} rows:{}\nchoose one: --baseline {}", wanted,
                              matches.size(), listed_rows(comparison, matches),
                              by_name ? choice : wanted + ',' + choice));
}

}  // namespace strata
