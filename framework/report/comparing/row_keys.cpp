#include "strata/report/comparing/row_keys.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "strata/report/settings/find_key.hpp"
#include "strata/report/settings/value_text.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

bool lists(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// What stands at a path as settings.hpp has them; nullptr where nothing does.
const Json* at_path(const Json& config, const std::string& path) {
  const Json* here = &config;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find_first_of(".[]", begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty()) continue;  // between ']' and '.'
    const bool item = end < path.size() && path[end] == ']';
    if (item ? !here->is_array() : !here->is_object()) return nullptr;
    if (item) {
      const size_t index = std::strtoul(name.c_str(), nullptr, 10);
      if (index >= here->size()) return nullptr;
      here = &(*here)[index];
    } else {
      const auto found = here->find(name);
      if (found == here->end()) return nullptr;
      here = &*found;
    }
  }
  return here;
}

/// Keys of the maps and lists within.
void find_parts(const Json& value, const std::string& path, std::set<std::string>& parts) {
  if (!value.is_object()) return;
  for (const auto& item : value.items()) {
    const std::string key = path.empty() ? item.key() : path + '.' + item.key();
    if (item.value().is_structured() && !is_component(item.value())) parts.insert(key);
    find_parts(item.value(), key, parts);
  }
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
    for (auto& [key, value] : flat_settings(config)) {
      if (known.insert(key).second) known_.push_back(key);
      const Json* given = at_path(config, key);
      values_.back().emplace(key, given != nullptr && given->is_null() ? "" : value);
    }
    find_parts(config, "", parts);
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

bool RowKeys::is_part(const std::string& key) const {
  return lists(parts_, key) && std::none_of(configs_.begin(), configs_.end(), [&](auto& config) {
           const Json* value = at_path(config, key);
           return value != nullptr && is_component(*value);
         });
}

std::vector<std::string> RowKeys::part_values(const std::string& key) const {
  std::vector<const Json*> given(configs_.size()), present;
  for (size_t i = 0; i < configs_.size(); ++i) {
    const Json* value = at_path(configs_[i], key);
    if (value == nullptr || value->is_null() || (value->is_array() && value->empty())) continue;
    present.push_back(given[i] = value);
  }
  const Telling telling = telling_parameters(present);
  std::vector<std::string> texts;
  for (const Json* value : given)
    texts.push_back(value == nullptr ? "" : ValueText(&telling).text(*value));
  return texts;
}

VaryingSettings RowKeys::columns(const std::vector<std::string>& keys) const {
  VaryingSettings asked{keys, std::vector<std::vector<std::string>>(configs_.size()), {}};
  for (const std::string& key : keys) {
    const auto column = std::find(varying_.keys.begin(), varying_.keys.end(), key);
    const auto parts = is_part(key) ? part_values(key) : std::vector<std::string>();
    for (size_t i = 0; i < configs_.size(); ++i) {
      const auto value = values_[i].find(key);
      asked.values[i].push_back(
          !parts.empty() ? parts[i]
          : column != varying_.keys.end()
              ? varying_.values[i][static_cast<size_t>(column - varying_.keys.begin())]
          : value == values_[i].end() ? ""
                                      : value->second);
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
    return key == asked || (lies_in(key, asked) && is_part(asked));
  });
}

bool covers(const std::vector<std::string>& keys, const std::string& key) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& inner) { return lies_in(inner, key); });
}

}  // namespace strata
