#include "strata/report/settings/varying_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "strata/report/settings/value_text.hpp"

namespace strata {
namespace {

constexpr const char* absent = "";

/// What makes two lists alike enough to be compared item by item. Lists of plain maps (a stage's
/// own settings) are, however long they are.
std::string outline(const Json& value) {
  if (is_component(value)) return type_of(value);
  if (!value.is_array()) return "-";
  const auto is_map = [](const Json& item) { return item.is_discarded() || is_plain_map(item); };
  if (!value.empty() && std::all_of(value.begin(), value.end(), is_map)) return "{}";
  std::string text = "[";
  for (const Json& item : value) text += outline(item) + ' ';
  return text + ']';
}

const Json* not_null(const Json& value) {
  return value.is_null() || value.is_discarded() ? nullptr : &value;
}

const Json* child_of(const Json& map, const std::string& name) {
  const auto found = map.is_object() ? map.find(name) : map.end();
  return found == map.end() ? nullptr : not_null(*found);
}

/// Whether two values are alike; null says as much as nothing.
bool same(const Json* a, const Json* b) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a->is_object() && b->is_object()) {
    const auto within = [](const Json& x, const Json& y) {
      for (const auto& item : x.items())
        if (!same(child_of(x, item.key()), child_of(y, item.key()))) return false;
      return true;
    };
    return within(*a, *b) && within(*b, *a);
  }
  if (!a->is_array() || !b->is_array()) return *a == *b;
  return std::equal(a->begin(), a->end(), b->begin(), b->end(),
                    [](const Json& x, const Json& y) { return same(not_null(x), not_null(y)); });
}

/// Stands for a setting that plays no part in a configuration, so that no column is made for it.
const Json no_part;

const Json* child_or_no_part(const Json& map, const std::string& name) {
  const auto found = map.find(name);
  return found != map.end() && found->is_discarded() ? &no_part : child_of(map, name);
}

/// Finds the settings that differ, from the outside to the inside.
class Differences {
 public:
  explicit Differences(const std::vector<Json>& configs) {
    Values roots;
    for (const Json& config : configs) roots.push_back(&config);
    result_.values.resize(configs.size());
    visit("", roots, false);
    for (const auto& [key, texts] : columns_) {
      result_.keys.push_back(key);
      for (size_t row = 0; row < texts.size(); ++row) result_.values[row].push_back(texts[row]);
    }
  }

  VaryingSettings result() && { return std::move(result_); }

 private:
  /// One for each configuration: nullptr where it has none, or &no_part.
  using Values = std::vector<const Json*>;
  using Texts = std::vector<std::string>;

  static bool is_there(const Json* value) {
    return value != nullptr && value != &no_part && !(value->is_array() && value->empty());
  }

  static bool lacks(const Json* value) { return value != &no_part && !is_there(value); }

  static bool all_same(const Values& values) {
    const Json* const* first = nullptr;
    for (const Json* const& value : values) {
      if (value == &no_part) continue;
      if (first == nullptr) first = &value;
      if (!same(*first, value)) return false;
    }
    return true;
  }

  template <class Text>
  void add(const std::string& path, const Values& values, const Text& text) {
    add_at(columns_.size(), path, values, text);
  }

  template <class Text>
  void add_at(size_t place, const std::string& path, const Values& values, const Text& text) {
    Texts texts;
    for (const Json* value : values)
      texts.push_back(is_there(value)                         ? text(*value)
                      : value == nullptr || value == &no_part ? absent
                                                              : ValueText().text(*value));
    columns_.insert(columns_.begin() + static_cast<std::ptrdiff_t>(place), {path, texts});
  }

  /// @param optional  some configurations lack a part that this belongs to
  void visit(const std::string& path, const Values& values, bool optional) {
    Values present;
    std::copy_if(values.begin(), values.end(), std::back_inserter(present), is_there);
    const bool several = !all_same(present);
    const bool lists = std::any_of(present.begin(), present.end(),
                                   [](const Json* value) { return value->is_array(); });
    const bool maps = std::all_of(present.begin(), present.end(),
                                  [](const Json* value) { return value->is_object(); });
    if (all_same(values)) {
      if (optional && !present.empty()) add_alike(path, *present[0]);
    } else if (several && lists) {
      visit_lists(path, values, present, optional);
    } else if (several && maps) {
      visit_maps(path, values, present, optional);
    } else {  // a plain value, or a part that is there or not
      add(path, values, [](const Json& value) { return ValueText().text(value); });
    }
  }

  void visit_lists(const std::string& path, const Values& values, const Values& present,
                   bool optional) {
    std::set<std::string> outlines;
    for (const Json* value : present) outlines.insert(outline(*value));
    const Telling telling = telling_parameters(present);
    if (outlines.size() > 1 || !has_structure(*present[0]))
      return add(path, values, [&](const Json& value) { return ValueText(&telling).text(value); });
    const size_t start = columns_.size();
    size_t longest = 0;
    for (const Json* value : present) longest = std::max(longest, value->size());
    const bool lacking = std::any_of(values.begin(), values.end(), lacks);
    for (size_t i = 0; i < longest; ++i) {
      Values items;
      for (const Json* value : values)
        items.push_back(!is_there(value)             ? &no_part
                        : i >= value->size()         ? nullptr
                        : (*value)[i].is_discarded() ? &no_part
                                                     : &(*value)[i]);
      visit(fmt::format("{}[{}]", path, i), items, optional || lacking);
    }
    tell_presence(start, path, values);
  }

  void visit_maps(const std::string& path, const Values& values, const Values& present,
                  bool optional) {
    const size_t start = columns_.size();
    std::set<std::string> types;
    for (const Json* value : present) types.insert(is_component(*value) ? type_of(*value) : "");
    const bool typed = types.size() > 1;
    if (typed) add(path, values, [](const Json& v) { return is_component(v) ? type_of(v) : "{}"; });
    const bool lacking = !typed && std::any_of(values.begin(), values.end(), lacks);
    if (!typed && (lacking || optional) && is_component(*present[0]))
      add_alike(path, Json(type_of(*present[0])));
    std::vector<std::string> names;
    for (const Json* value : present)
      for (const auto& item : value->items())
        if (!(item.key() == "type" && is_component(*value)) &&
            std::find(names.begin(), names.end(), item.key()) == names.end())
          names.push_back(item.key());
    for (const std::string& name : names)
      visit(path.empty() ? name : path + '.' + name, children(values, name), optional || lacking);
    if (!typed) tell_presence(start, path, values);
  }

  /// Another type of component has no such setting: its type says so.
  static Values children(const Values& values, const std::string& name) {
    std::set<std::string> owners;
    for (const Json* value : values)
      if (is_there(value) && is_component(*value) && value->contains(name))
        owners.insert(type_of(*value));
    Values found;
    for (const Json* value : values) {
      const bool other =
          is_there(value) && is_component(*value) && owners.count(type_of(*value)) == 0;
      found.push_back(!is_there(value) || other ? &no_part : child_or_no_part(*value, name));
    }
    return found;
  }

  /// A part that is there must not look like one that is not.
  void tell_presence(size_t start, const std::string& path, const Values& values) {
    std::set<std::string> lacking;
    bool untold = false;
    for (size_t row = 0; row < values.size(); ++row) {
      if (lacks(values[row])) lacking.insert(values[row] == nullptr ? absent : "[]");
      untold |= is_there(values[row]) &&
                std::all_of(columns_.begin() + static_cast<std::ptrdiff_t>(start), columns_.end(),
                            [&](const auto& column) { return column.second[row].empty(); });
    }
    if (lacking.size() > 1 || (untold && !lacking.empty()))
      add_at(start, path, values, [](const Json&) { return std::string("given"); });
  }

  void add_alike(const std::string& path, const Json& value) {
    const std::string text = ValueText().text(value);
    if (text != "{}" && text != "[]") result_.alike.push_back(path + '=' + text);
  }

  std::vector<std::pair<std::string, Texts>> columns_;
  VaryingSettings result_;
};

void add_settings(const Json& value, const std::string& path, Settings& settings) {
  if (value.is_discarded()) return;
  if (!path.empty()) settings.emplace_back(path, &value);
  if (value.is_object())
    for (const auto& item : value.items())
      if (item.key() != "type" || !is_component(value))
        add_settings(item.value(), path.empty() ? item.key() : path + '.' + item.key(), settings);
  if (value.is_array() && has_structure(value))
    for (size_t i = 0; i < value.size(); ++i)
      add_settings(value[i], fmt::format("{}[{}]", path, i), settings);
}

std::optional<double> as_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0') return std::nullopt;
  return value;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The number that begins there, and where it ends.
std::pair<double, size_t> number_at(const std::string& text, size_t begin) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str() + begin, &end);
  return {value, static_cast<size_t>(end - text.c_str())};
}

}  // namespace

Json not_used() {
  return Json(Json::value_t::discarded);
}

VaryingSettings varying_settings(const std::vector<Json>& configs) {
  return Differences(configs).result();
}

Settings all_settings(const Json& config) {
  Settings settings;
  add_settings(config, "", settings);
  return settings;
}

bool is_part(const Json& value) {
  return value.is_object() ? !is_component(value) : value.is_array() && has_structure(value);
}

std::vector<std::pair<std::string, std::string>> flat_settings(const Json& config) {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const auto& [key, value] : all_settings(config))
    if (!is_part(*value))
      settings.emplace_back(key, is_component(*value) ? type_of(*value) : ValueText().text(*value));
  return settings;
}

std::vector<std::string> short_names(const std::vector<std::string>& keys,
                                     const std::vector<std::string>& known) {
  std::map<std::string, int> meanings;              // of each end of a known key
  const auto begins = [](const std::string& key) {  // of its ends, the shortest first
    std::vector<size_t> places;
    for (size_t dot = key.rfind('.'); dot != std::string::npos && dot > 0;
         dot = key.rfind('.', dot - 1))
      places.push_back(dot + 1);
    places.push_back(0);
    return places;
  };
  std::set<std::string> all(known.begin(), known.end());
  all.insert(keys.begin(), keys.end());
  for (const std::string& key : all)
    for (const size_t begin : begins(key)) ++meanings[key.substr(begin)];
  std::vector<std::string> names;
  for (const std::string& key : keys) {
    const auto places = begins(key);
    const bool nested = places.size() > 2 || key.find('[') != std::string::npos;
    size_t i = nested && places.size() > 1 ? 1 : 0;
    while (i + 1 < places.size() && meanings[key.substr(places[i])] > 1) ++i;
    names.push_back(key.substr(places[i]));
  }
  return names;
}

bool ends_in(const std::string& key, const std::string& name) {
  return key == name || (key.size() > name.size() && key.compare(key.size() - name.size() - 1,
                                                                 name.size() + 1, '.' + name) == 0);
}

bool lies_in(const std::string& key, const std::string& path) {
  return key.rfind(path, 0) == 0 &&
         (key.size() == path.size() || key[path.size()] == '.' || key[path.size()] == '[');
}

bool natural_less(const std::string& a, const std::string& b) {
  const auto x = as_number(a), y = as_number(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  for (size_t i = 0, k = 0; !x && i < a.size() && k < b.size();) {
    const bool numbers = is_digit(a[i]) && is_digit(b[k]);
    if (!numbers && a[i] != b[k]) return a[i] < b[k];
    if (!numbers) {
      ++i, ++k;
      continue;
    }
    const auto [p, p_end] = number_at(a, i);
    const auto [q, q_end] = number_at(b, k);
    if (p != q) return p < q;
    i = p_end, k = q_end;
  }
  return a < b;
}

bool value_less(const std::string& a, const std::string& b) {
  if (a.empty() != b.empty()) return b.empty();
  return natural_less(a, b);
}

}  // namespace strata
