#include "strata/report/comparing/row_keys.hpp"

#include <algorithm>
#include <set>

#include "strata/report/settings/find_key.hpp"
#include "strata/report/settings/value_text.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

bool lists(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// In which order settings of the data are left out where others tell test data apart.
int importance(const std::string& key) {
  return lies_in(key, "data.dataset") ? 2 : key == "data.test_size" ? 1 : 0;
}

}  // namespace

RowKeys::RowKeys(const std::vector<Json>& configs, const VaryingSettings& varying)
    : configs_(configs), varying_(varying) {
  std::set<std::string> known, parts;
  for (const Json& config : configs) {
    values_.emplace_back();
    for (const auto& [key, value] : all_settings(config)) {
      values_.back().emplace(key, value);
      if (is_part(*value))
        parts.insert(key);
      else if (known.insert(key).second)
        known_.push_back(key);
    }
  }
  parts_ = {parts.begin(), parts.end()};
}

std::vector<std::string> RowKeys::keys(const std::vector<std::string>& by,
                                       const std::vector<std::string>& facts,
                                       const std::vector<std::string>& others) const {
  std::vector<std::string> all = known_, vary = varying_.keys, keys;
  for (const std::string& part : parts_) {
    if (!lists(all, part)) all.push_back(part);
    if (!lists(vary, part) && covers(varying_.keys, part)) vary.push_back(part);
  }
  for (const std::string& given : by) {
    if (given == "seed")
      throw UserError(
          "--by: the seed makes no rows, for a row's figures are means over its seeds; --json "
          "lists each run with its own");
    const std::string name = without_type(known_, given);
    const bool varies =
        std::any_of(vary.begin(), vary.end(), [&](auto& key) { return ends_in(key, name); });
    const auto& known = varies ? vary : all;
    const std::string& key = known[find_key(known, name, "--by", facts, others)];
    if (!lists(keys, key)) keys.push_back(key);
  }
  return keys;
}

/// A part of several settings, and a component in no configuration.
bool RowKeys::names_part(const std::string& key) const {
  return lists(parts_, key) &&
         std::none_of(values_.begin(), values_.end(), [&](const auto& values) {
           const auto found = values.find(key);
           return found != values.end() && is_component(*found->second);
         });
}

const Json* RowKeys::value_of(size_t config, const std::string& key) const {
  const auto found = values_[config].find(key);
  const bool there = found != values_[config].end() && !found->second->is_null() &&
                     !(found->second->is_array() && found->second->empty());
  return there ? found->second : nullptr;
}

std::vector<std::string> RowKeys::part_values(const std::string& key) const {
  std::vector<const Json*> present;
  for (size_t i = 0; i < configs_.size(); ++i)
    if (const Json* value = value_of(i, key)) present.push_back(value);
  const Telling telling = telling_parameters(present);
  std::vector<std::string> texts;
  for (size_t i = 0; i < configs_.size(); ++i) {
    const Json* value = value_of(i, key);
    texts.push_back(value == nullptr ? "" : ValueText(&telling).text(*value));
  }
  return texts;
}

VaryingSettings RowKeys::columns(const std::vector<std::string>& keys) const {
  VaryingSettings asked{keys, std::vector<std::vector<std::string>>(configs_.size()), {}};
  for (const std::string& key : keys) {
    const auto column = std::find(varying_.keys.begin(), varying_.keys.end(), key);
    const auto place = static_cast<size_t>(column - varying_.keys.begin());
    const auto parts = names_part(key) ? part_values(key) : std::vector<std::string>();
    for (size_t i = 0; i < configs_.size(); ++i) {
      const Json* value = value_of(i, key);
      asked.values[i].push_back(!parts.empty()                  ? parts[i]
                                : column != varying_.keys.end() ? varying_.values[i][place]
                                : value == nullptr              ? ""
                                : is_component(*value)          ? type_of(*value)
                                                                : ValueText().text(*value));
    }
  }
  return asked;
}

/// How many rows would hold runs on different test data.
size_t RowKeys::mixing_rows(const std::vector<std::string>& keys,
                            const std::vector<std::vector<const ComparedRun*>>& members) const {
  std::map<std::vector<std::string>, std::set<std::string>> tested;
  const auto rows = columns(keys).values;
  for (size_t i = 0; i < rows.size(); ++i)
    for (const ComparedRun* run : members[i])
      if (run->status == "completed") tested[rows[i]].insert(run->test_data);
  return static_cast<size_t>(std::count_if(tested.begin(), tested.end(),
                                           [](const auto& row) { return row.second.size() > 1; }));
}

std::vector<std::string> RowKeys::data_keys(
    const std::vector<std::string>& asked,
    const std::vector<std::vector<const ComparedRun*>>& members) const {
  std::vector<std::string> all = asked, droppable;
  for (const std::string& key : varying_.keys)
    if (lies_in(key, "data") && !told_by(asked, key)) droppable.push_back(key);
  all.insert(all.end(), droppable.begin(), droppable.end());
  std::stable_sort(droppable.begin(), droppable.end(),
                   [](auto& a, auto& b) { return importance(a) < importance(b); });
  const size_t least = mixing_rows(all, members);
  for (const std::string& key : droppable) {
    std::vector<std::string> fewer;
    std::copy_if(all.begin(), all.end(), std::back_inserter(fewer),
                 [&](const std::string& other) { return other != key; });
    if (mixing_rows(fewer, members) == least) all = fewer;
  }
  return {all.begin() + static_cast<std::ptrdiff_t>(asked.size()), all.end()};
}

bool RowKeys::told_by(const std::vector<std::string>& keys, const std::string& key) const {
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& asked) {
    return key == asked || (lies_in(key, asked) && names_part(asked));
  });
}

bool covers(const std::vector<std::string>& keys, const std::string& key) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& inner) { return lies_in(inner, key); });
}

}  // namespace strata
