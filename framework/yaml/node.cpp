#include "strata/yaml/node.hpp"

#include <algorithm>
#include <utility>

#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {

const Node* Node::get(const std::string& key) const {
  const auto it = std::find_if(entries.begin(), entries.end(),
                               [&](const Entry& entry) { return entry.key == key; });
  return it == entries.end() ? nullptr : &it->value;
}

Node::Entry* Node::find(const std::string& key) {
  const auto it = std::find_if(entries.begin(), entries.end(),
                               [&](const Entry& entry) { return entry.key == key; });
  return it == entries.end() ? nullptr : &*it;
}

Node* Node::get(const std::string& key) {
  return const_cast<Node*>(std::as_const(*this).get(key));
}

std::string Node::describe() const {
  switch (kind) {
    case Kind::null:
      return scalar.empty() ? "nothing" : scalar;
    case Kind::map:
      return "a map";
    case Kind::sequence:
      return "a list";
    case Kind::scalar:
      break;
  }
  const std::string quoted_text = quote(scalar);
  const std::string bare = quoted_text.substr(1, quoted_text.size() - 2);
  switch (scalar_kind(*this)) {
    case ScalarKind::boolean:
      return "the boolean " + bare;
    case ScalarKind::integer:
      return "the integer " + bare;
    case ScalarKind::number:
      return "the number " + bare;
    case ScalarKind::text:
      break;
  }
  return "the string " + quoted_text;
}

const Node* Node::at(const PathStep& step) const {
  if (!step.is_index()) return get(step.key);
  return step.index < items.size() ? &items[step.index] : nullptr;
}

const Node* find_path(const Node& root, std::string_view path) {
  const auto steps = parse_path(path);
  const Node* node = steps ? &root : nullptr;
  for (size_t i = 0; node != nullptr && i < steps->size(); ++i) node = node->at((*steps)[i]);
  return node;
}

size_t count_nodes(const Node& node) {
  size_t count = 1;
  for (const Node& item : node.items) count += count_nodes(item);
  for (const Node::Entry& entry : node.entries) count += count_nodes(entry.value);
  return count;
}

int height_of(const Node& node) {
  int deepest = 0;
  for (const Node& item : node.items) deepest = std::max(deepest, height_of(item));
  for (const Node::Entry& entry : node.entries) deepest = std::max(deepest, height_of(entry.value));
  return deepest + 1;
}

void give_type_key(Node& name) {
  Node map;
  map.kind = Node::Kind::map;
  map.origin = name.origin;
  map.path = name.path;
  map.entries.push_back({"type", name.origin, std::move(name)});
  name = std::move(map);
}

std::string flow_text(const Node& node) {
  const auto scalar = [](const std::string& text, bool quoted) {
    const bool plain = !text.empty() && text[0] != '-' && text[0] != '.' &&
                       text.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789_./+-") == std::string::npos;
    const bool typed = scalar_kind(text) != ScalarKind::text;
    if (typed ? !quoted : plain && text != "null") return text;
    return Json(text).dump();
  };
  std::string text;
  switch (node.kind) {
    case Node::Kind::null:
      return "null";
    case Node::Kind::scalar:
      return scalar(node.scalar, node.quoted);
    case Node::Kind::sequence:
      for (const Node& item : node.items) text += (text.empty() ? "" : ", ") + flow_text(item);
      return "[" + text + "]";
    case Node::Kind::map:
      break;
  }
  for (const Node::Entry& entry : node.entries)
    text += (text.empty() ? "" : ", ") + scalar(entry.key, false) + ": " + flow_text(entry.value);
  return "{" + text + "}";
}

void set_paths(Node& node, const std::string& path) {
  node.path = path;
  for (size_t i = 0; i < node.items.size(); ++i) set_paths(node.items[i], path_below(path, i));
  for (Node::Entry& entry : node.entries) set_paths(entry.value, path_below(path, entry.key));
}

}  // namespace strata
