#include "strata/report/comparing/baselines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "strata/report/settings/find_key.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/display.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"
#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

std::string value_text(const std::string& key, const std::string& value) {
  return fmt::format("{}={}", key, value.empty() ? "-" : value);
}

std::string row_text(const std::vector<std::string>& keys, const std::vector<std::string>& values) {
  std::vector<std::string> parts;
  for (size_t k = 0; k < keys.size(); ++k) parts.push_back(value_text(keys[k], values[k]));
  return printable(fmt::format("{}", fmt::join(parts, ", ")));
}

using Conditions = std::vector<std::pair<size_t, std::string>>;

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// "-" and "null" say that there is no such setting.
std::string meant_value(const std::string& text) {
  return text == "-" || text == "null" ? "" : text;
}

/// Where the value that begins here ends: at the next comma, but for the commas of a row's value.
size_t end_of_value(const Comparison& comparison, size_t key, const std::string& wanted,
                    size_t begin) {
  size_t end = std::min(wanted.find(',', begin), wanted.size());
  for (const Group& group : comparison.groups) {
    const std::string& value = group.values[key];
    const size_t after = begin + value.size();
    if (wanted.compare(begin, value.size(), value) == 0 &&
        (after == wanted.size() || wanted[after] == ','))
      end = std::max(end, after);
  }
  return end;
}

Conditions parse_conditions(const Comparison& comparison, const std::string& wanted) {
  Conditions conditions;
  for (size_t begin = 0; begin <= wanted.size();) {
    const size_t comma = std::min(wanted.find(',', begin), wanted.size());
    const size_t equals = wanted.find('=', begin);
    if (equals >= comma)
      throw UserError(fmt::format("--baseline: expected key=value, not '{}'",
                                  trimmed(wanted.substr(begin, comma - begin))));
    const std::string name = trimmed(wanted.substr(begin, equals - begin));
    if (name == "name" && std::none_of(comparison.keys.begin(), comparison.keys.end(),
                                       [&](auto& known) { return ends_in(known, name); }))
      throw UserError(fmt::format(
          "--baseline: 'name' is no column; an experiment's name stands alone: --baseline {}",
          trimmed(wanted.substr(equals + 1, comma - equals - 1))));
    const size_t key = find_key(comparison.keys, name, "--baseline", comparison.facts);
    const size_t end = end_of_value(comparison, key, wanted, equals + 1);
    conditions.emplace_back(key, meant_value(trimmed(wanted.substr(equals + 1, end - equals - 1))));
    begin = end + 1;
  }
  return conditions;
}

/// The one key of which some row has this value. Throws UserError where several have it; none where
/// no key has.
Conditions value_alone(const Comparison& comparison, const std::string& wanted) {
  const std::string value = meant_value(wanted);
  Conditions found;
  for (size_t k = 0; k < comparison.keys.size(); ++k)
    if (std::any_of(comparison.groups.begin(), comparison.groups.end(),
                    [&](const Group& group) { return group.values[k] == value; }))
      found.emplace_back(k, value);
  if (found.size() < 2) return found;
  std::vector<std::string> meant;
  for (const auto& [k, text] : found) meant.push_back(value_text(comparison.key_names[k], text));
  throw UserError(fmt::format("--baseline: '{}' may mean {}", wanted, fmt::join(meant, " or ")));
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

/// In how many settings a group is as a baseline, beside those that name the baselines; -1 where it
/// has another value in one. A setting that one of them lacks is no difference.
int agreement(const Comparison& c, const std::vector<size_t>& names, size_t group,
              size_t baseline) {
  int same = 0;
  for (size_t k = 0; k < c.keys.size(); ++k) {
    const auto &ours = c.groups[group].values[k], &theirs = c.groups[baseline].values[k];
    if (std::find(names.begin(), names.end(), k) != names.end()) continue;
    if (ours == theirs)
      ++same;
    else if (!ours.empty() && !theirs.empty())
      return -1;
  }
  return same;
}

/// Whether some row that is no baseline has but one among them.
bool serves(const Comparison& comparison, const Baselines& baselines) {
  for (size_t g = 0; g < comparison.groups.size(); ++g)
    if (std::find(baselines.rows.begin(), baselines.rows.end(), g) == baselines.rows.end() &&
        partners(comparison, baselines, g).size() == 1)
      return true;
  return false;
}

}  // namespace

std::vector<size_t> partners(const Comparison& comparison, const Baselines& baselines,
                             size_t group) {
  if (baselines.keys.empty()) return baselines.rows;
  std::vector<size_t> best;
  int most = 0;
  for (const size_t row : baselines.rows) {
    const int same = agreement(comparison, baselines.keys, group, row);
    if (same < most) continue;
    if (same > most) best.clear();
    most = same;
    best.push_back(row);
  }
  return best;
}

size_t control_row(const Comparison& comparison) {
  const auto& groups = comparison.groups;
  const auto control = std::find_if(groups.begin(), groups.end(), std::mem_fn(&Group::is_control));
  return control == groups.end() ? 0 : static_cast<size_t>(control - groups.begin());
}

std::string some_baseline(const Comparison& comparison) {
  const Group& row = comparison.groups[control_row(comparison)];
  for (size_t k = 0; k < comparison.keys.size(); ++k) {  // one key is enough where it can be
    Baselines baselines;
    baselines.keys = {k};
    bool controls = true;
    for (size_t g = 0; g < comparison.groups.size(); ++g)
      if (comparison.groups[g].values[k] == row.values[k]) {
        baselines.rows.push_back(g);
        controls &= comparison.groups[g].is_control();
      }
    if (baselines.rows.size() == 1 || (controls && serves(comparison, baselines)))
      return value_text(comparison.key_names[k], row.values[k]);
  }
  std::vector<size_t> all(comparison.groups.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return choice_among(comparison, all);
}

Baselines find_baselines(const Comparison& comparison, const std::string& wanted) {
  std::vector<size_t> matches, all(comparison.groups.size());
  std::iota(all.begin(), all.end(), size_t{0});
  const bool by_name = wanted.find('=') == std::string::npos;
  if (by_name)
    for (const size_t g : all) {
      const auto& names = comparison.groups[g].names;
      if (std::find(names.begin(), names.end(), wanted) != names.end()) matches.push_back(g);
    }
  const bool named = !matches.empty();
  const auto conditions = named     ? Conditions{}
                          : by_name ? value_alone(comparison, wanted)
                                    : parse_conditions(comparison, wanted);
  if (!conditions.empty())
    for (const size_t g : all)
      if (std::all_of(conditions.begin(), conditions.end(), [&](const auto& condition) {
            return comparison.groups[g].values[condition.first] == condition.second;
          }))
        matches.push_back(g);
  if (matches.empty())
    throw UserError(fmt::format("--baseline: '{}' is no row; {}the rows are:{}", wanted,
                                meant_baseline(comparison, wanted, conditions),
                                listed_rows(comparison, all)));
  Baselines found{matches, {}};
  for (const auto& condition : conditions) found.keys.push_back(condition.first);
  if (matches.size() == 1 ||
      (named ? each_on_its_own_data(comparison, matches) : serves(comparison, found)))
    return found;
  const std::string choice = choice_among(comparison, matches);
  throw UserError(fmt::format("--baseline: '{}' is {} rows:{}\nchoose one: --baseline {}", wanted,
                              matches.size(), listed_rows(comparison, matches),
                              by_name ? choice : wanted + ',' + choice));
}

}  // namespace strata
