#include <fmt/format.h>

#include "strata/composition/compose.hpp"
#include "strata/parameters/component.hpp"
#include "strata/parameters/hints.hpp"
#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

/// Walks one path, making what may be made.
class Setter {
 public:
  Setter(const Override& override, Issues& issues) : override_(override), issues_(issues) {}

  void apply(Node& root) {
    const auto steps = parse_path(override_.path);
    if (!steps) return;  // reported where it was read
    Node* node = &root;
    for (const PathStep& step : *steps) {
      node = step.is_index() ? item(*node, step) : entry(*node, step);
      if (node == nullptr) return undo_ ? undo_() : void();
    }
    merge_over(*node, override_.value);
  }

 private:
  /// The path before a step, for messages.
  std::string before(const PathStep& step) const {
    std::string path = override_.path.substr(0, step.offset);
    if (!path.empty() && path.back() == '.') path.pop_back();
    return path;
  }

  Origin origin_of(const PathStep& step) const {
    Origin origin = override_.origin;
    origin.column += count_characters(override_.path.substr(0, step.offset));
    return origin;
  }

  /// What was made on the way is taken back where the way ends: all below the first change is new.
  void remember(Node& node) {
    if (!undo_) undo_ = [&node, before = node] { node = before; };
  }

  Node* fail(const PathStep& step, const std::string& message) {
    issues_.error(origin_of(step), override_.path, message);
    return nullptr;
  }

  /// "classify.metrics=[accuracy]", where the first item is all that is given; else "...=[...]".
  std::string whole_list(const std::string& list, const PathStep& step) const {
    const bool alone =
        step.index == 0 && override_.path.back() == ']' && override_.path.rfind('[') == step.offset;
    return fmt::format("{}=[{}]", list, alone ? flow_text(override_.value) : "...");
  }

  Node* item(Node& node, const PathStep& step) {
    const std::string list = before(step);
    if (node.is_null() && node.scalar.empty())
      return fail(step, fmt::format("the list {} is not written in the file; write it whole: {}",
                                    quote(list), whole_list(list, step)));
    if (!node.is_sequence())
      return fail(step, fmt::format("{} is {}, not a list", quote(list), node.describe()));
    if (step.index < node.items.size()) return &node.items[step.index];
    if (node.items.empty()) return fail(step, fmt::format("the list {} is empty", quote(list)));
    return fail(
        step, fmt::format("the list {} goes from [0] to [{}]", quote(list), node.items.size() - 1));
  }

  Node* entry(Node& node, const PathStep& step) {
    if (node.is_scalar() && scalar_kind(node) == ScalarKind::text) {
      remember(node);
      give_type_key(node);
    }
    if (node.is_null()) {
      remember(node);
      node.kind = Node::Kind::map;
      node.scalar.clear();
      node.origin = override_.origin;
    }
    if (node.is_sequence()) {
      const bool number = step.key.find_first_not_of("0123456789") == std::string::npos;
      return fail(
          step, number
                    ? fmt::format("{0} is a list; write {0}[{1}]", before(step), step.key)
                    : fmt::format("{0} is a list; write {0}[0] for its first item", before(step)));
    }
    if (!node.is_map())
      return fail(step,
                  fmt::format("{} is {}, which has no keys", quote(before(step)), node.describe()));
    if (Node* value = node.get(step.key)) return value;
    if (!undo_) undo_ = [&node] { node.entries.pop_back(); };
    node.entries.push_back({step.key, origin_of(step), {}});
    return &node.entries.back().value;
  }

  const Override& override_;
  Issues& issues_;
  std::function<void()> undo_;
};

}  // namespace

std::string no_path(const std::string& text) {
  return fmt::format("{} is no key; write it as in a.b or a[0].b{}", quote(text),
                     text.find("[-") == std::string::npos ? "" : "; items count from 0");
}

std::string Override::text() const {
  return path + "=" + flow_text(value);
}

bool parse_override(const std::string& argument, Override& override, Issues& issues) {
  const auto source = std::make_shared<const Source>(Source{"--set", argument});
  override.origin = {source, 1, 1};
  const size_t equals = argument.find('=');
  if (equals == std::string::npos) {
    issues.error(override.origin, {}, "expected key=value, got " + quote(argument));
    return false;
  }
  override.path = argument.substr(0, equals);
  if (!parse_path(override.path)) {
    issues.error(override.origin, {}, no_path(override.path));
    return false;
  }
  const std::string first = parse_path(override.path)->front().key;
  for (const Field& key : composition_keys()) {
    if (key.name != first) continue;
    const std::string given = argument.substr(equals + 1);
    issues.error(override.origin, override.path,
                 fmt::format("'{}' cannot be set from here{}", first,
                             first == "seeds"   ? "; write --seeds " + seeds_text(given)
                             : first == "sweep" ? "; write --sweep key=v1,v2"
                                                : ""));
    return false;
  }
  const int errors = issues.errors();
  override.value = parse_yaml_value(source, equals + 1, argument.size() - equals - 1, issues);
  return issues.errors() == errors;
}

void apply_override(Node& root, const Override& override, Issues& issues) {
  Setter(override, issues).apply(root);
}

}  // namespace strata
