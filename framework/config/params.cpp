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

/// "'a'", "'a' or 'b'", "'a', 'b' or 'c'"; of more than three the first ones.
std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size() && i < 3; ++i) {
    const bool last = i + 1 == words.size();
    text += (i == 0 ? "" : last ? " or " : ", ") + quote(words[i]);
  }
  return words.size() > 3 ? text + ", ..." : text;
}

/// The paths of the keys whose name is nearest to `word`: those below `near` where there are any,
/// else all of them.
std::vector<std::string> nearest_paths(const std::string& word, const std::string& near,
                                       const std::vector<std::string>& paths) {
  const auto name = [](const std::string& path) { return path.substr(path.rfind('.') + 1); };
  std::vector<std::string> names, found, below;
  for (const std::string& path : paths) names.push_back(name(path));
  const std::string meant = nearest(word, names);
  if (meant.empty()) return {};
  for (const std::string& path : paths) {
    if (name(path) != meant) continue;
    found.push_back(path);
    if (!near.empty() && path.rfind(near + ".", 0) == 0) below.push_back(path);
  }
  return below.empty() ? found : below;
}

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

/// The "lr" of an entry "lr:0.1" or "lr 0.1", which YAML reads as one key without a value; else "".
std::string run_together(const Node::Entry& entry) {
  const size_t end = entry.key.find_first_of(": ");
  const bool no_value = entry.value.is_null() && entry.value.scalar.empty();
  return no_value && end != std::string::npos ? entry.key.substr(0, end) : "";
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

/// What was meant by an unknown key of a node: the end of the message about it. What a component
/// takes is its own affair; a key of the file itself may belong into another part.
std::string Reader::meant(const Node& node, const Node::Entry& entry, const ParamList& list,
                          const std::string& skip) {
  std::vector<std::string> known = list.names();
  if (!skip.empty()) known.insert(known.begin(), skip);
  const std::string word = run_together(entry);
  if (!word.empty() && std::count(known.begin(), known.end(), word) > 0)
    return entry.key[word.size()] == ':' ? "; a space belongs after ':'"
                                         : fmt::format("; a ':' belongs after '{}'", word);
  if (key_paths_ && skip.empty() && nearest(entry.key, known).empty()) {
    const auto paths = nearest_paths(entry.key, node.path, key_paths_());
    if (!paths.empty())
      return fmt::format("; did you mean {}? Known here: {}", either(paths),
                         fmt::join(known, ", "));
  }
  return suggestion(entry.key, known);
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
