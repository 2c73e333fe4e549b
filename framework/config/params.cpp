#include "strata/config/params.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/config/scalar.hpp"

namespace strata {
namespace {

/// What to write instead, where that is plain from what was written.
std::string hint(const Node& node, const std::string& expected) {
  if (node.is_null() && expected == "a map") return "; indent its keys below it, or write {}";
  if (!node.is_scalar() || node.quoted) return {};
  if (expected.rfind("a list", 0) == 0) return fmt::format("; write [{}] for one", node.scalar);
  if (expected == "a map" && node.scalar.find(':') != std::string::npos)
    return "; a space belongs after ':'";
  return {};
}

}  // namespace

void Reader::type_error(const Node& node, const std::string& expected) {
  error(node,
        fmt::format("expected {}, got {}{}", expected, node.describe(), hint(node, expected)));
}

void Reader::read_struct(const Node& node, const ParamList& list, void* params) {
  if (!node.is_map()) return type_error(node, "a map");
  const int errors = issues.errors();
  read_entries(node, list, params, {});
  finish(node, list, params, nullptr);
  if (issues.errors() == errors && list.check) list.check(params, *this, node);
}

void Reader::read_entries(const Node& node, const ParamList& list, void* params,
                          const std::string& skip) {
  for (const Node::Entry& entry : node.entries) {
    if (!skip.empty() && entry.key == skip) continue;
    const Field* field = list.find(entry.key);
    if (field != nullptr) {
      field->parse(entry.value, params, *this);
      continue;
    }
    std::vector<std::string> known = list.names();
    if (!skip.empty()) known.insert(known.begin(), skip);
    issues.error(entry.key_origin, entry.value.path,
                 fmt::format("unknown key {}{}", quote(entry.key), suggestion(entry.key, known)));
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
    } else {
      error(node, fmt::format("missing key {} ({}): {}", quote(field.name), field.type, field.doc));
    }
  }
  if (!missing.empty())
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
    error(*named, fmt::format("expected {}, got {}",
                              node.is_map() ? "the name of " + noun
                                            : noun + " (a name, or a map with 'type')",
                              named->describe()));
    return false;
  }
  const ComponentInfo* by_default = catalog.find(family, type);
  for (const Node::Entry& entry : node.entries) {
    const bool parameter = by_default != nullptr && by_default->params.find(entry.key) != nullptr;
    if (parameter || catalog.find(family, entry.key) == nullptr) continue;
    issues.error(
        entry.key_origin, entry.value.path,
        fmt::format("{} is {}; write {{type: {}, ...}}", quote(entry.key), noun, entry.key));
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
  error(node, fmt::format("missing key 'type': the name of {}; known: {}", noun,
                          fmt::join(catalog.names(family), ", ")));
  return false;
}

/// Looks up ref.type and makes its params. Reports an unknown name.
bool Reader::resolve(const Place& place, const std::string& family, ComponentRef& ref) {
  ref.info = catalog.find(family, ref.type);
  if (ref.info != nullptr) {
    ref.params = ref.info->make_params();
    return true;
  }
  std::string message = fmt::format("unknown {} {}", family, quote(ref.type));
  for (const std::string& other : catalog.families())
    if (catalog.find(other, ref.type) != nullptr)
      message += fmt::format(", which is {}", with_article(other));
  issues.error(place.origin, place.path, message + suggestion(ref.type, catalog.names(family)));
  return false;
}

void Reader::read_component(const Node& node, const std::string& family, ComponentRef& ref) {
  Place place;
  if (!find_type(node, family, ref.type, place)) return;
  ref.origin = node.origin;
  ref.path = node.path;
  if (!resolve(place, family, ref)) return;
  const int errors = issues.errors();
  const ParamList& list = ref.info->params;
  read_entries(node, list, ref.params.get(), "type");
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
