// Parameters as a careless or hostile user would write them.
#include <cmath>
#include <limits>

#include "strata/contract/checks.hpp"
#include "strata/core/layer.hpp"
#include "strata/registry/registry.hpp"

namespace strata {
namespace {

Node example_node(const ComponentInfo& info) {
  const std::string& yaml = info.params.example.empty() ? info.name : info.params.example;
  Issues issues;
  Node node =
      parse_yaml_value(std::make_shared<Source>(Source{"example", yaml}), 0, yaml.size(), issues);
  if (node.is_map()) return node;
  Node map;
  map.kind = Node::Kind::map;
  map.entries.push_back({"type", {}, std::move(node)});
  return map;
}

/// The example with one key set; read, with its mistakes.
ComponentRef read_with(const ComponentInfo& info, const std::string& key, const std::string& yaml,
                       Issues& issues) {
  Node node = example_node(info);
  Node value =
      parse_yaml_value(std::make_shared<Source>(Source{"hostile", yaml}), 0, yaml.size(), issues);
  if (Node* old = node.get(key)) {
    *old = std::move(value);
  } else {
    node.entries.push_back({key, {}, std::move(value)});
  }
  set_paths(node);
  ComponentRef ref;
  if (issues.ok()) Reader(issues, Registry::instance()).read_component(node, info.family, ref);
  return ref;
}

void require_refused(const ComponentInfo& info, const std::string& key, const std::string& yaml) {
  Issues issues;
  read_with(info, key, yaml, issues);
  require(!issues.ok(), "{}: {} is taken", key, yaml);
}

/// Taken and survived, or refused in words.
void require_survived(const ComponentInfo& info, const std::string& key, const std::string& yaml,
                      void (*use)(const ComponentRef&)) {
  Issues issues;
  const ComponentRef ref = read_with(info, key, yaml, issues);
  if (!issues.ok()) return;
  try {
    use(ref);
  } catch (const LayerError&) {
  } catch (const UserError&) {
  } catch (...) {
    throw CheckFailed(fmt::format("{}: {}: {}", key, yaml, current_exception_text()));
  }
}

using Kind = ParamType::Kind;

std::string text_of(double number) {
  return fmt::format("{}", number);
}

/// Values that a parameter of this type must refuse; of a list, as its only item, and of what one
/// value may stand for alone, by itself too.
std::vector<std::string> refused_values(const ParamType& type, const Constraints& c) {
  std::vector<std::string> values;
  if (type.kind != Kind::map || type.item == nullptr) values.push_back("{no_such_key: 1}");
  if (type.item != nullptr) {
    for (const std::string& value : refused_values(*type.item, c)) {
      values.push_back("[" + value + "]");
      if (type.kind == Kind::one_or_list && value[0] != '[') values.push_back(value);
    }
    return values;
  }
  if (type.is_numeric()) {
    const bool whole = type.kind == Kind::integer;
    const double infinity = std::numeric_limits<double>::infinity();
    values.insert(values.end(), {".nan", ".inf", "-.inf", "hello", "[1, 2]", "'1'", "1e999"});
    if (c.min) values.push_back(text_of(whole ? *c.min - 1 : std::nextafter(*c.min, -infinity)));
    if (c.max) values.push_back(text_of(whole ? *c.max + 1 : std::nextafter(*c.max, infinity)));
    if (c.above) values.push_back(text_of(*c.above));
    if (c.below) values.push_back(text_of(*c.below));
    if (whole) values.insert(values.end(), {"1.5", "99999999999999999999"});
  }
  if (type.kind == Kind::boolean) values.insert(values.end(), {"1", "yes", "'true'"});
  if (type.kind == Kind::component) values.insert(values.end(), {"no_such_component", "1", "[1]"});
  if (!c.choices.empty()) values.push_back("no_such_choice");
  return values;
}

std::vector<std::string> refused_values(const Field& field) {
  std::vector<std::string> values = refused_values(field.type, field.constraints);
  if (!field.nullable && field.type.kind != Kind::text) values.push_back("null");
  return values;
}

/// Within the bounds, at their edges; of a list, as its only item.
std::vector<std::string> edge_values(const ParamType& type, const Constraints& c) {
  std::vector<std::string> values = c.choices;
  if (type.item != nullptr) {
    values = edge_values(*type.item, c);
    if (type.kind == Kind::list)
      for (std::string& value : values) value = "[" + value + "]";
    return values;
  }
  if (type.kind == Kind::boolean) values = {"true", "false"};
  if (!type.is_numeric()) return values;
  const double inf = std::numeric_limits<double>::infinity();
  if (type.kind == Kind::integer) {
    for (const double v : {c.min.value_or(-3), c.above ? *c.above + 1 : 0.0, 1.0, 2.0, 7.0})
      values.push_back(fmt::format("{:.0f}", v));
    if (c.max && *c.max <= 4096) values.push_back(fmt::format("{:.0f}", *c.max));
    return values;
  }
  for (const double v : {c.min.value_or(-1e3), c.max.value_or(1e3), 0.0, 0.5, 1.0})
    values.push_back(text_of(v));
  if (c.above) values.push_back(text_of(std::nextafter(*c.above, inf)));
  if (c.below) values.push_back(text_of(std::nextafter(*c.below, -inf)));
  return values;
}

}  // namespace

void check_hostile_parameters(const ComponentInfo& info, const ComponentRef&,
                              void (*use)(const ComponentRef&), Checks& checks) {
  checks.run("refuses wrong parameters", [&] {
    require_refused(info, "no_such_parameter", "1");
    for (const Field& field : info.params.fields)
      for (const std::string& value : refused_values(field))
        require_refused(info, field.name, value);
  });
  checks.run("survives parameters at their bounds", [&] {
    if (info.params.fields.empty()) throw CheckSkipped("it has none");
    for (const Field& field : info.params.fields)
      for (const std::string& value : edge_values(field.type, field.constraints))
        require_survived(info, field.name, value, use);
  });
}

}  // namespace strata
