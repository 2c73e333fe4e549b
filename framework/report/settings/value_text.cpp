#include "strata/report/settings/value_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace strata {
namespace {

/// What the components of one type say.
struct Said {
  size_t components = 0;
  std::map<std::string, std::pair<size_t, std::set<std::string>>> parameters;  ///< how many, what
};

void collect(const Json& value, std::map<std::string, Said>& said) {
  if (is_component(value)) {
    Said& type = said[type_of(value)];
    ++type.components;
    for (const auto& item : value.items()) {
      auto& [count, values] = type.parameters[item.key()];
      ++count;
      values.insert(item.value().dump());
    }
  }
  if (value.is_structured())
    for (const Json& item : value) collect(item, said);
}

}  // namespace

bool is_component(const Json& value) {
  const auto type = value.is_object() ? value.find("type") : value.end();
  return type != value.end() && type->is_string();
}

std::string type_of(const Json& component) {
  return component["type"].get<std::string>();
}

bool is_plain_map(const Json& value) {
  return value.is_object() && !is_component(value);
}

bool has_structure(const Json& list) {
  return std::any_of(list.begin(), list.end(), [](const Json& v) { return v.is_structured(); });
}

Telling telling_parameters(const std::vector<const Json*>& values) {
  std::map<std::string, Said> said;
  for (const Json* value : values) collect(*value, said);
  Telling telling;
  for (const auto& [type, found] : said)
    for (const auto& [name, parameter] : found.parameters)
      if (parameter.second.size() > 1 || parameter.first < found.components)
        telling[type].insert(name);
  return telling;
}

std::string ValueText::text(const Json& value) const {
  if (is_component(value)) return component(value);
  if (value.is_array()) return list(value);
  if (value.is_object()) return map(value);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return "none";
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  return value.dump();
}

bool ValueText::tells(const Json& value) const {
  return !value.is_null() && (telling_ != nullptr || !value.is_array() || !value.empty());
}

std::string ValueText::inner(const Json& value) const {
  return is_plain_map(value) ? '(' + text(value) + ')' : text(value);
}

std::string ValueText::component(const Json& value) const {
  const std::string type = type_of(value);
  const auto names = telling_ == nullptr ? Telling::const_iterator{} : telling_->find(type);
  if (telling_ != nullptr && names == telling_->end()) return type;
  std::vector<std::string> shown;
  for (const auto& item : value.items()) {
    const bool asked = telling_ == nullptr ? item.key() != "type" : names->second.count(item.key());
    if (!asked || !tells(item.value())) continue;
    const bool alone = telling_ != nullptr && names->second.size() == 1;
    shown.push_back((alone ? "" : item.key() + '=') + inner(item.value()));
  }
  return shown.empty() ? type : fmt::format("{}({})", type, fmt::join(shown, ", "));
}

std::string ValueText::list(const Json& value) const {
  if (value.empty()) return "[]";
  const bool apart = std::any_of(value.begin(), value.end(), [](const Json& item) {
    return item.is_array() || is_plain_map(item);
  });
  std::vector<std::string> parts;
  for (const Json& item : value) parts.push_back(text(item));
  return fmt::format("{}", fmt::join(parts, apart ? " | " : " "));
}

std::string ValueText::map(const Json& value) const {
  std::vector<std::string> parts;  // what it sets
  for (const auto& item : value.items())
    if (tells(item.value())) parts.push_back(item.key() + '=' + inner(item.value()));
  return parts.empty() ? "{}" : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace strata
