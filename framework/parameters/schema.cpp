#include "strata/parameters/schema.hpp"

#include <fmt/format.h>

#include "strata/parameters/params.hpp"

namespace strata {
namespace {

Json bound(double value) {
  if (value == static_cast<double>(static_cast<int64_t>(value))) return static_cast<int64_t>(value);
  return value;
}

Json reference_to(const std::string& definition) {
  return {{"$ref", "#/definitions/" + definition}};
}

/// A map whose `type` is a reference: what else may stand in it is not known here.
Json typed_by_reference(const std::string& family) {
  return {{"type", "object"},
          {"title", family + " by reference"},
          {"required", Json::array({"type"})},
          {"properties", {{"type", reference_to("reference")}}}};
}

/// The file's name is that of a folder: read_experiment() refuses any other.
void name_a_folder(Json& root) {
  if (!root["properties"].contains("name")) return;
  for (Json& alternative : root["properties"]["name"]["anyOf"]) {
    if (alternative.value("type", "") != "string") continue;
    alternative["pattern"] = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$";
    alternative["patternErrorMessage"] = "expected letters, digits, '.', '_' and '-'";
    alternative["maxLength"] = 255;
  }
}

/// Writes the schema. Collects one definition for each family, so that recursion ends.
class SchemaWriter {
 public:
  explicit SchemaWriter(const Catalog& catalog) : catalog_(catalog) {}
  /// A map of the fields, and of `type` where a name for it is given.
  Json object(const ParamList& list, const std::string& type_name = {});
  /// The same of a file that extends another: no key is required, but for those in lists.
  Json partial_object(const ParamList& list);
  const Json& definitions() const { return definitions_; }

 private:
  Json value(const ParamType& type, const Constraints& constraints);
  Json scalar(const ParamType& type, const Constraints& constraints);
  Json named_values(const ParamType& item, const Constraints& constraints);
  Json list(const ParamType& item, const Constraints& constraints);
  Json component(const std::string& family);
  Json property(const Field& field);
  Json untyped(const ComponentInfo& info);

  const Catalog& catalog_;
  Json definitions_ = Json::object();
  bool partial_ = false;
};

Json SchemaWriter::value(const ParamType& type, const Constraints& constraints) {
  switch (type.kind) {
    case ParamType::Kind::component:
      return component(type.family);
    case ParamType::Kind::map:
      return type.item == nullptr ? object(type.keys()) : named_values(*type.item, constraints);
    case ParamType::Kind::list:
      return list(*type.item, constraints);
    case ParamType::Kind::one_or_list:
      return {
          {"anyOf", Json::array({value(*type.item, constraints), list(*type.item, constraints)})}};
    default:
      return scalar(type, constraints);
  }
}

Json SchemaWriter::scalar(const ParamType& type, const Constraints& c) {
  Json schema = {{"type", type.name()}};
  if (c.min) schema["minimum"] = bound(*c.min);
  if (c.max) schema["maximum"] = bound(*c.max);
  if (c.above) schema["exclusiveMinimum"] = bound(*c.above);
  if (c.below) schema["exclusiveMaximum"] = bound(*c.below);
  if (!c.choices.empty()) schema["enum"] = c.choices;
  return schema;
}

/// A map whose keys are names of the user's, or one of the words that may stand for it.
Json SchemaWriter::named_values(const ParamType& item, const Constraints& constraints) {
  Constraints of_values = constraints;
  of_values.choices.clear();
  Json map = {{"type", "object"}, {"additionalProperties", value(item, of_values)}};
  if (constraints.choices.empty()) return map;
  return {{"anyOf", Json::array({std::move(map), {{"enum", constraints.choices}}})}};
}

Json SchemaWriter::list(const ParamType& item, const Constraints& constraints) {
  const bool partial = std::exchange(partial_, false);
  Json items = value(item, constraints);
  partial_ = partial;
  const bool any_text = items.value("type", "") == "string" && !items.contains("enum");
  if (!items.contains("$ref") && !any_text)  // a component's definition has the reference
    items = {{"anyOf", Json::array({std::move(items), reference_to("reference")})}};
  return {{"type", "array"}, {"items", std::move(items)}};
}

Json SchemaWriter::property(const Field& field) {
  Json alternatives = Json::array({value(field.type, field.constraints)});
  if (alternatives[0].contains("anyOf")) alternatives = Json(alternatives[0]["anyOf"]);
  if (field.type.kind == ParamType::Kind::component && field.default_value.is_string())
    if (const ComponentInfo* info = catalog_.find(field.type.family, field.default_value))
      alternatives.push_back(untyped(*info));
  if (field.nullable && !field.required) alternatives.push_back({{"type", "null"}});
  alternatives.push_back(reference_to("reference"));
  for (Json& alternative : alternatives) {  // hover text is taken from the one that fits
    if (alternative.contains("$ref")) continue;
    alternative["title"] = field.name;
    alternative["description"] = field.doc;
  }
  Json schema = {{"title", field.name}, {"description", field.doc}};
  if (!field.default_value.is_null() && !field.required) schema["default"] = field.default_value;
  schema["anyOf"] = std::move(alternatives);
  return schema;
}

Json SchemaWriter::object(const ParamList& list, const std::string& type_name) {
  Json object = {{"type", "object"}};
  if (!list.doc.empty()) object["description"] = list.doc;
  Json properties = Json::object(), required = Json::array();
  if (!type_name.empty()) {
    object["title"] = type_name;
    properties["type"] = {{"const", type_name}, {"description", list.doc}};
    required.push_back("type");
  }
  for (const Field& field : list.fields) {
    properties[field.name] = property(field);
    if (field.required) required.push_back(field.name);
  }
  if (list.root)
    for (const Field& key : composition_keys()) {
      properties[key.name] = key.schema;
      properties[key.name]["description"] = key.doc;
    }
  if (list.root)  // a part's path: "encoder[2][0].units"
    object["patternProperties"] = {{R"(^[^.\[]+[.\[])", Json::object()}};
  object["properties"] = std::move(properties);
  object["additionalProperties"] = false;
  if (!required.empty() && !partial_) object["required"] = std::move(required);
  return object;
}

/// The parameters of a slot's default component, whose name may be left out.
Json SchemaWriter::untyped(const ComponentInfo& info) {
  Json schema = object(info.params, info.name);
  if (!schema.contains("required")) return schema;
  Json& required = schema["required"];
  required.erase(0);  // "type"
  if (required.empty()) schema.erase("required");
  return schema;
}

Json SchemaWriter::component(const std::string& family) {
  const std::string name = partial_ ? family + "-partial" : family;
  if (!definitions_.contains(name)) {
    definitions_[name] = nullptr;  // begun: a component may hold others of its family
    Json bare = Json::array(), meanings = Json::array(), variants = Json::array(),
         others = Json::array();
    for (const std::string& type : catalog_.names(family)) {
      const ParamList& list = catalog_.find(family, type)->params;
      bool complete = true;
      for (const Field& field : list.fields) complete = complete && !field.required;
      if (complete || partial_) {
        bare.push_back(type);
        meanings.push_back(list.doc);
      } else {
        others.push_back({{"label", type}, {"body", type}});
      }
      variants.push_back(object(list, type));
    }
    if (!bare.empty())
      variants.insert(variants.begin(),
                      Json{{"enum", std::move(bare)}, {"enumDescriptions", std::move(meanings)}});
    variants.push_back(typed_by_reference(family));
    variants.push_back(reference_to("reference"));
    Json component = Json::object();
    // While nothing but `type` is there, an editor takes a component that lacks other parameters
    // for a worse fit than the rest, and does not suggest its name.
    if (!others.empty()) component["properties"]["type"]["defaultSnippets"] = std::move(others);
    component["anyOf"] = std::move(variants);
    definitions_[name] = std::move(component);
  }
  return reference_to(name);
}

Json SchemaWriter::partial_object(const ParamList& list) {
  partial_ = true;
  Json schema = object(list);
  partial_ = false;
  return schema;
}

}  // namespace

Json experiment_schema(const ParamList& root, const Catalog& catalog) {
  SchemaWriter writer(catalog);
  Json whole = writer.object(root), partial = writer.partial_object(root);
  for (Json* object : {&whole, &partial}) name_a_folder(*object);
  Json definitions = writer.definitions();
  definitions["reference"] = {
      {"type", "string"},
      {"pattern", R"(\$\{[^}]+\})"},
      {"patternErrorMessage", "no value of this key, nor a reference such as ${key.path}"}};
  definitions["experiment"] = std::move(whole);
  definitions["extending-experiment"] = std::move(partial);
  return {{"$schema", "http://json-schema.org/draft-07/schema#"},
          {"title", "strata experiment"},
          {"description", root.doc},
          {"if", {{"type", "object"}, {"required", Json::array({"extends"})}}},
          {"then", reference_to("extending-experiment")},
          {"else", reference_to("experiment")},
          {"definitions", std::move(definitions)}};
}

}  // namespace strata
