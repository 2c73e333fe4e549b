#include "strata/parameters/component.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/parameters/params.hpp"
#include "strata/yaml/scalar.hpp"

namespace strata {

std::string Constraints::text() const {
  std::vector<std::string> parts;
  if (min) parts.push_back("at least " + number_text(*min));
  if (above) parts.push_back("above " + number_text(*above));
  if (max) parts.push_back("at most " + number_text(*max));
  if (below) parts.push_back("below " + number_text(*below));
  if (!choices.empty()) parts.push_back(fmt::format("one of {}", fmt::join(choices, ", ")));
  return fmt::format("{}", fmt::join(parts, " and "));
}

std::vector<const Field*> ParamList::keys() const {
  std::vector<const Field*> keys;
  for (const Field& field : fields) keys.push_back(&field);
  if (root)
    for (const Field& field : composition_keys()) keys.push_back(&field);
  return keys;
}

std::vector<std::string> ParamList::names() const {
  std::vector<std::string> names;
  for (const Field* field : keys()) names.push_back(field->name);
  return names;
}

const Field* ParamList::find(const std::string& name) const {
  const auto it = std::find_if(fields.begin(), fields.end(),
                               [&](const Field& field) { return field.name == name; });
  return it == fields.end() ? nullptr : &*it;
}

Json ComponentRef::dump() const {
  if (empty()) return nullptr;
  if (info == nullptr) return type;  // a default that was not resolved
  Json json = {{"type", type}};
  json.update(dump_params(info->params, params.get()));
  return json;
}

}  // namespace strata
