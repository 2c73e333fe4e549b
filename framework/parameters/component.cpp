#include "strata/parameters/component.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/parameters/params.hpp"
#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

/// As it is written in YAML.
std::string value_text(const Json& value) {
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    return text.empty() ? "\"\"" : text;
  }
  if (value.is_number_float()) return number_text(value.get<double>());
  if (!value.is_array()) return value.dump();
  std::vector<std::string> items;
  for (const Json& item : value) items.push_back(value_text(item));
  return fmt::format("[{}]", fmt::join(items, ", "));
}

}  // namespace

std::string ParamType::name() const {
  switch (kind) {
    case Kind::boolean:
      return "boolean";
    case Kind::integer:
      return "integer";
    case Kind::number:
      return "number";
    case Kind::text:
      return "string";
    case Kind::map:
      return item == nullptr ? "map" : "map of " + plural(item->name());
    case Kind::component:
      return family;
    case Kind::list:
      return "list of " + plural(item->name());
    case Kind::one_or_list:
      break;
  }
  return item->name() + ", or a list " + many;
}

const ParamList* Field::keys() const {
  const auto list = type.innermost().keys;
  return list == nullptr ? nullptr : &list();
}

std::string Field::default_text() const {
  if (required) return "required";
  if (!default_value.is_null()) return value_text(default_value);
  return nullable ? "null" : "";
}

bool Constraints::allow(double number) const {
  return (!min || number >= *min) && (!max || number <= *max) && (!above || number > *above) &&
         (!below || number < *below);
}

std::string Constraints::text() const {
  std::vector<std::string> parts;
  if (min) parts.push_back("at least " + number_text(*min));
  if (above) parts.push_back("above " + number_text(*above));
  if (max) parts.push_back("at most " + number_text(*max));
  if (below) parts.push_back("below " + number_text(*below));
  std::string text = fmt::format("{}", fmt::join(parts, " and "));
  if (choices.empty()) return text;  // words beside numbers stand for what the numbers do not say
  return text + fmt::format(text.empty() ? "one of {}" : ", or {}", fmt::join(choices, ", "));
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
