#include "strata/parameters/params.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/parameters/hints.hpp"
#include "strata/yaml/scalar.hpp"

namespace strata {
namespace {

/// Keys of components, and of what holds them, as they were dumped.
void add_dumped_paths(const Json& value, const std::string& path, std::vector<std::string>& paths) {
  if (value.is_array())
    for (size_t i = 0; i < value.size(); ++i)
      add_dumped_paths(value[i], fmt::format("{}[{}]", path, i), paths);
  if (!value.is_object()) return;
  for (const auto& [key, item] : value.items()) {
    if (key == "type") continue;
    paths.push_back(path + "." + key);
    add_dumped_paths(item, paths.back(), paths);
  }
}

void add_paths(const ParamList& list, const Json& dumped, const std::string& prefix,
               std::vector<std::string>& paths) {
  for (const Field* field : list.keys()) {
    paths.push_back(prefix + field->name);
    const std::string path = paths.back();
    const bool there = dumped.is_object() && dumped.contains(field->name);
    const Json value = there ? dumped[field->name] : Json();
    if (field->nested != nullptr && !field->default_value.is_array())
      add_paths(field->nested(), value, path + ".", paths);
    else
      add_dumped_paths(value, path, paths);
  }
}

/// Whether the key stands in an entry that is reported as run together, so that it is not missing.
bool is_run_together(const Node& node, const std::string& key) {
  return std::any_of(node.entries.begin(), node.entries.end(),
                     [&key](const Node::Entry& entry) { return run_together(entry) == key; });
}

}  // namespace

std::vector<std::string> key_paths(const ParamList& list, const Json& dumped) {
  std::vector<std::string> paths;
  add_paths(list, dumped, "", paths);
  return paths;
}

void Reader::type_error(const Node& node, const std::string& expected) {
  error(node, fmt::format("expected {}, got {}{}", expected, node.describe(),
                          type_hint(node, expected) + sweep_hint(node)));
}

void Reader::read_struct(const Node& node, const ParamList& list, void* params) {
  if (!node.is_map()) return type_error(node, "a map");
  const int errors = issues.errors();
  read_entries(node, list, params, {});
  finish(node, list, params, nullptr);
  if (issues.errors() == errors && list.check) list.check(params, *this, node);
}

/// What was meant by an unknown key of a node: the end of the message about it. A search for it
/// takes its time, so that of very many mistakes the last ones, which nobody is shown, go without.
std::string Reader::meant(const Node& node, const Node::Entry& entry, const ParamList& list,
                          const std::string& skip) {
  constexpr int most_searches = 200;  // twice what Issues::format() shows
  if (issues.errors() >= most_searches) return {};
  return unknown_key_hint(node, entry, list, skip, key_paths_);
}

void Reader::read_entries(const Node& node, const ParamList& list, void* params,
                          const std::string& skip) {
  for (const Node::Entry& entry : node.entries) {
    if (!skip.empty() && entry.key == skip) continue;
    const Field* field = list.find(entry.key);
    if (field != nullptr) {
      const std::string hint = null_hint(entry.value, *field, catalog);
      if (hint.empty())
        field->parse(entry.value, params, *this);
      else
        error(entry.value, fmt::format("expected {}, got {}{}", with_article(field->type),
                                       entry.value.describe(), hint));
      continue;
    }
    issues.error(entry.key_origin, entry.value.path,
                 fmt::format("unknown key {}{}", quote(entry.key), meant(node, entry, list, skip)));
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
      error(node, fmt::format("missing key {} ({}): {}", quote(field.name), field.type, field.doc));
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
                              named->describe(), sweep_hint(*named)));
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
  error(node, fmt::format("missing key 'type': the name of {}; known: {}{}", noun,
                          fmt::join(catalog.names(family), ", "),
                          replacement_hint(node.path, key_paths_)));
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
