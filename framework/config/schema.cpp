#include "strata/config/params.hpp"

namespace strata {

Json scalar_schema(const char* type, const Constraints& c) {
  Json schema = {{"type", type}};
  if (c.min) schema["minimum"] = *c.min;
  if (c.max) schema["maximum"] = *c.max;
  if (c.above) schema["exclusiveMinimum"] = *c.above;
  if (c.below) schema["exclusiveMaximum"] = *c.below;
  if (!c.choices.empty()) schema["enum"] = c.choices;
  return schema;
}

Json SchemaWriter::object(const ParamList& list, const std::string& type_name) {
  Json properties = Json::object();
  Json required = Json::array();
  if (!type_name.empty()) {
    properties["type"] = {{"const", type_name}};
    required.push_back("type");
  }
  for (const Field& field : list.fields) {
    Json schema = field.schema(*this);
    if (field.nullable && !field.required)
      schema = {{"anyOf", Json::array({std::move(schema), {{"type", "null"}}})}};
    schema["description"] = field.doc;
    if (!field.default_value.is_null() && !field.required) schema["default"] = field.default_value;
    properties[field.name] = std::move(schema);
    if (field.required) required.push_back(field.name);
  }
  Json object = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) object["required"] = required;
  if (!list.doc.empty()) object["description"] = list.doc;
  return object;
}

Json SchemaWriter::component(const std::string& family) {
  const Json reference = {{"$ref", "#/definitions/" + family}};
  if (!started_.insert(family).second) return reference;
  Json variants = Json::array();
  variants.push_back({{"enum", catalog_.names(family)}});
  for (const std::string& name : catalog_.names(family))
    variants.push_back(object(catalog_.find(family, name)->params, name));
  definitions_[family] = {{"anyOf", variants}};
  return reference;
}

}  // namespace strata
