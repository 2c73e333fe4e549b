#include "strata/report/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace strata {
namespace {

constexpr const char* absent = "";
constexpr const char* null_text = "none";

bool is_component(const Json& value) {
  const auto type = value.is_object() ? value.find("type") : value.end();
  return type != value.end() && type->is_string();
}

std::string scalar_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return null_text;
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  return value.dump();
}

bool has_structure(const Json& list) {
  return std::any_of(list.begin(), list.end(), [](const Json& v) { return v.is_structured(); });
}

/// Which parameters take more than one value among the components of a list, by type.
using Telling = std::map<std::string, std::set<std::string>>;

void collect(const Json& value,
             std::map<std::string, std::map<std::string, std::set<std::string>>>& seen) {
  if (is_component(value))
    for (const auto& item : value.items())
      seen[value["type"].get<std::string>()][item.key()].insert(item.value().dump());
  if (value.is_structured())
    for (const Json& item : value) collect(item, seen);
}

Telling telling_parameters(const std::vector<const Json*>& values) {
  std::map<std::string, std::map<std::string, std::set<std::string>>> seen;
  for (const Json* value : values) collect(*value, seen);
  Telling telling;
  for (const auto& [type, parameters] : seen)
    for (const auto& [name, distinct] : parameters)
      if (distinct.size() > 1) telling[type].insert(name);
  return telling;
}

std::string short_text(const Json& value, const Telling& telling) {
  if (is_component(value)) {
    const std::string type = value["type"].get<std::string>();
    std::vector<std::string> shown;
    const auto names = telling.find(type);
    if (names != telling.end())
      for (const auto& item : value.items())
        if (names->second.count(item.key()) != 0) {
          const std::string text = short_text(item.value(), telling);
          shown.push_back(names->second.size() == 1 ? text : item.key() + '=' + text);
        }
    return shown.empty() ? type : fmt::format("{}({})", type, fmt::join(shown, ", "));
  }
  if (value.is_array()) {
    const bool nested =
        std::any_of(value.begin(), value.end(), [](auto& v) { return v.is_array(); });
    std::vector<std::string> parts;
    for (const Json& item : value) parts.push_back(short_text(item, telling));
    return fmt::format("{}", fmt::join(parts, nested ? " | " : " "));
  }
  if (!value.is_object()) return scalar_text(value);
  std::vector<std::string> parts;  // a map: what it sets
  for (const auto& item : value.items())
    if (!item.value().is_null())
      parts.push_back(item.key() + '=' + short_text(item.value(), telling));
  return fmt::format("({})", fmt::join(parts, ", "));
}

/// Lists of plain maps (a stage's own settings) are compared item by item, however long they are.
constexpr const char* plain_maps = "{}";

/// What makes two lists alike enough to be compared item by item.
std::string outline(const Json& value) {
  if (is_component(value)) return value["type"].get<std::string>();
  if (!value.is_array()) return "-";
  const auto plain_map = [](const Json& v) { return v.is_object() && !is_component(v); };
  if (!value.empty() && std::all_of(value.begin(), value.end(), plain_map)) return plain_maps;
  std::string text = "[";
  for (const Json& item : value) text += outline(item) + ' ';
  return text + ']';
}

class Flattening {
 public:
  explicit Flattening(const std::vector<Json>& configs) : rows_(configs.size()) {
    std::vector<const Json*> roots;
    for (const Json& config : configs) roots.push_back(&config);
    visit("", roots);
  }

  const std::vector<std::string>& keys() const { return keys_; }
  const std::string& value(size_t row, const std::string& key) const {
    static const std::string nothing = absent;
    const auto found = rows_[row].find(key);
    return found == rows_[row].end() ? nothing : found->second;
  }

 private:
  void add(const std::string& key, size_t row, std::string value) {
    if (known_.insert(key).second) keys_.push_back(key);
    rows_[row][key] = std::move(value);
  }

  /// The values at one path, nullptr where a configuration has none.
  void visit(const std::string& path, const std::vector<const Json*>& values) {
    if (lists_differ(values)) return add_lists(path, values);
    for (size_t row = 0; row < values.size(); ++row) {
      const Json* value = values[row];
      if (value == nullptr) continue;
      if (is_component(*value))
        add(path.empty() ? "type" : path, row, (*value)["type"].get<std::string>());
      else if (value->is_array() && !has_structure(*value))
        add(path, row, short_text(*value, {}));
      else if (!value->is_structured())
        add(path, row, scalar_text(*value));
    }
    visit_keys(path, values);
    visit_items(path, values);
  }

  void visit_keys(const std::string& path, const std::vector<const Json*>& values) {
    std::vector<std::string> names;
    for (const Json* value : values)
      if (value != nullptr && value->is_object())
        for (const auto& item : value->items())
          if (std::find(names.begin(), names.end(), item.key()) == names.end() &&
              !(item.key() == "type" && is_component(*value)))
            names.push_back(item.key());
    for (const std::string& name : names)
      visit(path.empty() ? name : path + '.' + name, children(values, [&](const Json& value) {
              const auto found = value.is_object() ? value.find(name) : value.end();
              return found == value.end() ? nullptr : &*found;
            }));
  }

  void visit_items(const std::string& path, const std::vector<const Json*>& values) {
    size_t longest = 0;
    for (const Json* value : values)
      if (value != nullptr && value->is_array() && has_structure(*value))
        longest = std::max(longest, value->size());
    for (size_t i = 0; i < longest; ++i)
      visit(fmt::format("{}[{}]", path, i), children(values, [&](const Json& value) {
              return value.is_array() && i < value.size() ? &value[i] : nullptr;
            }));
  }

  static std::vector<const Json*> children(const std::vector<const Json*>& values,
                                           const std::function<const Json*(const Json&)>& child) {
    std::vector<const Json*> found;
    for (const Json* value : values) found.push_back(value == nullptr ? nullptr : child(*value));
    return found;
  }

  static bool lists_differ(const std::vector<const Json*>& values) {
    std::set<std::string> outlines;
    bool structured = false;
    for (const Json* value : values)
      if (value != nullptr && value->is_array()) {
        outlines.insert(outline(*value));
        structured |= has_structure(*value);
      }
    if (outlines.count(plain_maps) != 0) outlines.erase(outline(Json::array()));
    return structured && outlines.size() > 1;
  }

  void add_lists(const std::string& path, const std::vector<const Json*>& values) {
    std::vector<const Json*> present;
    std::copy_if(values.begin(), values.end(), std::back_inserter(present),
                 [](const Json* v) { return v != nullptr; });
    const Telling telling = telling_parameters(present);
    for (size_t row = 0; row < values.size(); ++row)
      if (values[row] != nullptr) add(path, row, short_text(*values[row], telling));
  }

  std::vector<std::string> keys_;
  std::set<std::string> known_;
  std::vector<std::map<std::string, std::string>> rows_;
};

std::optional<double> as_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value;
}

}  // namespace

VaryingSettings varying_settings(const std::vector<Json>& configs) {
  const Flattening flat(configs);
  std::vector<std::string> sure, spare;  // spare: some configurations lack it, the others agree
  for (const std::string& key : flat.keys()) {
    std::set<std::string> all;
    for (size_t row = 0; row < configs.size(); ++row) all.insert(flat.value(row, key));
    if (all.size() == 1) continue;
    all.erase(absent);
    (all.size() > 1 ? sure : spare).push_back(key);
  }
  // A setting that is none says less than one with a value.
  std::stable_partition(spare.begin(), spare.end(), [&](const std::string& key) {
    for (size_t row = 0; row < configs.size(); ++row)
      if (flat.value(row, key) != absent && flat.value(row, key) != null_text) return true;
    return false;
  });
  const auto told_apart = [&](const std::vector<std::string>& keys) {
    std::set<std::vector<std::string>> rows;
    for (size_t row = 0; row < configs.size(); ++row) {
      std::vector<std::string> values;
      for (const std::string& key : keys) values.push_back(flat.value(row, key));
      rows.insert(std::move(values));
    }
    return rows.size();
  };
  std::vector<std::string> chosen = sure;
  for (const std::string& key : spare) {
    const size_t before = told_apart(chosen);
    if (before == configs.size()) break;
    chosen.push_back(key);
    if (told_apart(chosen) == before) chosen.pop_back();
  }
  VaryingSettings result;
  for (const std::string& key : flat.keys())
    if (std::find(chosen.begin(), chosen.end(), key) != chosen.end()) result.keys.push_back(key);
  for (size_t row = 0; row < configs.size(); ++row) {
    result.values.emplace_back();
    for (const std::string& key : result.keys) result.values.back().push_back(flat.value(row, key));
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> flat_settings(const Json& config) {
  const Flattening flat(std::vector<Json>(1, config));
  std::vector<std::pair<std::string, std::string>> settings;
  for (const std::string& key : flat.keys()) settings.emplace_back(key, flat.value(0, key));
  return settings;
}

std::vector<std::string> short_names(const std::vector<std::string>& keys) {
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    size_t begin = key.rfind('.');
    const auto shared = [&](const std::string& end) {
      return std::count_if(keys.begin(), keys.end(), [&](const std::string& other) {
               return other == end ||
                      (other.size() > end.size() && other.compare(other.size() - end.size() - 1,
                                                                  end.size() + 1, '.' + end) == 0);
             }) > 1;
    };
    while (begin != std::string::npos && shared(key.substr(begin + 1)))
      begin = begin == 0 ? std::string::npos : key.rfind('.', begin - 1);
    names.push_back(begin == std::string::npos ? key : key.substr(begin + 1));
  }
  return names;
}

bool natural_less(const std::string& a, const std::string& b) {
  const auto x = as_number(a), y = as_number(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  return a < b;
}

}  // namespace strata
