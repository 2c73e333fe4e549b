#include "strata/parameters/params.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/parameters/hints.hpp"
#include "strata/support/shell.hpp"
#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

/// Whether the key stands in an entry that is reported as run together, so that it is not missing.
bool is_run_together(const Node& node, const std::string& key) {
  return std::any_of(node.entries.begin(), node.entries.end(),
                     [&key](const Node::Entry& entry) { return run_together(entry) == key; });
}

}  // namespace

void Reader::no_list(const Node& node, const ParamType& expected, const Constraints& constraints) {
  error(node, fmt::format("expected {}, got {}{}", with_article(expected.name()), node.describe(),
                          list_hint(node, expected, constraints, catalog)));
}

void Reader::read_struct(const Node& node, const ParamList& list, void* params) {
  if (!node.is_map())
    return error(node, fmt::format("expected a map, got {}{}", node.describe(),
                                   map_hint(node, list, catalog)));
  const int errors = issues.errors();
  read_entries(node, list, params, false);
  finish(node, list, params, nullptr);
  if (issues.errors() == errors && list.check) list.check(params, *this, node);
}

/// Where the list is a component's, `type` stands among the entries.
void Reader::read_entries(const Node& node, const ParamList& list, void* params, bool component) {
  for (const Node::Entry& entry : node.entries) {
    if (component && entry.key == "type") continue;
    if (const Field* field = list.find(entry.key)) {
      const std::string hint = null_hint(entry.value, *field, catalog);
      if (hint.empty())
        field->parse(entry.value, params, *this);
      else
        error(entry.value, fmt::format("expected {}, got {}{}", with_article(field->type.name()),
                                       entry.value.describe(), hint));
      continue;
    }
    const std::string hint =
        issues.full() ? "" : unknown_key_hint(node, entry, list, component, keys_);
    issues.error(entry.key_origin, entry.value.path,
                 fmt::format("unknown key {}{}", quote(entry.key), hint));
  }
}

/// Reports the required keys that are missing and completes the others. `bare` is the component
/// that the node names, where it is no map.
void Reader::finish(const Node& node, const ParamList& list, void* params,
                    const ComponentRef* bare) {
  std::vector<std::string> missing;
  for (const Field& field : list.fields) {
    if (node.get(field.name) != nullptr) continue;
    if (!field.required) {
      field.complete(params, *this, Place{node.origin, node.path}.below(field.name));
    } else if (bare != nullptr) {
      missing.push_back(field.name + ": ...");
    } else if (!is_run_together(node, field.name)) {
      error(node, fmt::format("missing key {} ({}): {}", quote(field.name), field.type.name(),
                              field.doc));
    }
  }
  if (bare != nullptr && !missing.empty())
    error(node, fmt::format("{} {} needs parameters; write {{type: {}, {}}}", bare->info->family,
                            quote(bare->type), bare->type, fmt::join(missing, ", ")));
}

/// The component's name and where it stands: the bare name, the value of `type`, or, in a map
/// without it, what the slot holds by default. Reports where there is none.
bool Reader::find_type(const Node& node, const std::string& family, std::string& type,
                       Place& place) {
  const std::string noun = with_article(family);
  const Node* named = node.is_map() ? node.get("type") : &node;
  if (named != nullptr) {
    type = named->scalar;
    place = {named->origin, named->path};
    if (named->is_scalar() && scalar_kind(*named) == ScalarKind::text && !named->broken)
      return true;
    error(*named, fmt::format("expected {}, got {}{}",
                              node.is_map() ? "the name of " + noun
                                            : noun + " (a name, or a map with 'type')",
                              named->describe(), several_hint(*named)));
    return false;
  }
  const ComponentInfo* by_default = catalog.find(family, type);
  for (const Node::Entry& entry : node.entries) {
    const bool parameter = by_default != nullptr && by_default->params.find(entry.key) != nullptr;
    const bool is_name = catalog.find(family, entry.key) != nullptr;
    const bool says_type = entry.key == "name" || entry.key == "kind" || entry.key == family;
    const bool names = says_type && catalog.find(family, entry.value.scalar) != nullptr;
    if (parameter || !(is_name || names)) continue;
    issues.error(entry.key_origin, entry.value.path,
                 is_name ? fmt::format("{} is {}; write {{type: {}, ...}}", quote(entry.key), noun,
                                       entry.key)
                         : fmt::format("unknown key {}; did you mean 'type'?", quote(entry.key)));
    return false;
  }
  place = {node.origin, node.path};
  if (!type.empty()) return true;
  for (const Node::Entry& entry : node.entries) {
    if (nearest(entry.key, {"type"}).empty()) continue;
    issues.error(entry.key_origin, entry.value.path,
                 fmt::format("unknown key {}; did you mean 'type'?", quote(entry.key)));
    return false;
  }
  error(node,
        fmt::format("missing key 'type': the name of {}; known: {}{}", noun,
                    fmt::join(catalog.names(family), ", "), replacement_hint(node.path, keys_)));
  return false;
}

/// Reports a name that no component of the family has, and what is wrong beside it: a key that is
/// none of the component that was meant, or, where that is not plain, of any.
void Reader::unknown_type(const Node& node, const Place& place, const std::string& family,
                          const std::string& type) {
  std::string message = fmt::format("unknown {} {}", family, quote(type));
  for (const std::string& other : catalog.families())
    if (catalog.find(other, type) != nullptr)
      message += fmt::format(", which is {}", with_article(other));
  if (issues.full()) return issues.error(place.origin, place.path, std::move(message));
  const std::vector<KnownName> known = component_names(catalog, family);
  const ComponentInfo* meant = catalog.find(family, name_meant(type, known));
  if (meant == nullptr && is_foreign(type))
    message += fmt::format("; `strata plugin new {} {}` begins one", family, shell_word(type));
  issues.error(place.origin, place.path, message + suggestion(type, known));
  if (meant != nullptr) return read_entries(node, meant->params, meant->make_params().get(), true);
  ParamList any;
  for (const KnownName& each : known)
    for (const Field& field : catalog.find(family, each.name)->params.fields)
      if (any.find(field.name) == nullptr) any.fields.push_back(field);
  for (const Node::Entry& entry : node.entries)
    if (entry.key != "type" && any.find(entry.key) == nullptr)
      issues.error(entry.key_origin, entry.value.path,
                   fmt::format("unknown key {}; no {} has it{}", quote(entry.key), family,
                               suggestion(entry.key, key_names(any))));
}

void Reader::read_component(const Node& node, const std::string& family, ComponentRef& ref) {
  Place place;
  if (!find_type(node, family, ref.type, place)) return;
  ref.origin = node.origin;
  ref.path = node.path;
  ref.info = catalog.find(family, ref.type);
  if (ref.info == nullptr) return unknown_type(node, place, family, ref.type);
  ref.params = ref.info->make_params();
  const int errors = issues.errors();
  const ParamList& list = ref.info->params;
  read_entries(node, list, ref.params.get(), true);
  finish(node, list, ref.params.get(), node.is_map() ? nullptr : &ref);
  if (issues.errors() == errors && list.check) list.check(ref.params.get(), *this, node);
}

void Reader::complete_struct(const ParamList& list, void* params, const Place& place) {
  Node node;
  node.kind = Node::Kind::map;
  node.origin = place.origin;
  node.path = place.path;
  finish(node, list, params, nullptr);
}

void Reader::complete_component(const std::string& family, ComponentRef& ref, const Place& place) {
  if (ref.empty() || ref.info != nullptr) return;
  Node name;
  name.kind = Node::Kind::scalar;
  name.quoted = true;
  name.scalar = ref.type;
  name.origin = place.origin;
  name.path = place.path;
  read_component(name, family, ref);
  ref.origin = Origin();  // nobody wrote it
}

Json dump_params(const ParamList& list, const void* params) {
  Json json = Json::object();
  for (const Field& field : list.fields) json[field.name] = field.dump(params);
  return json;
}

void Check::error(const std::string& key, std::string message) {
  const Node* value = node_.get(key);
  reader_.error(value == nullptr ? node_ : *value, std::move(message));
}

}  // namespace strata
