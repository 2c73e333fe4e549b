#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <utility>

#include "strata/composition/compose.hpp"
#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

constexpr size_t kMostCharacters = 1 << 16;

/// Replaces references in place, those that a reference refers to first.
class Interpolation {
 public:
  Interpolation(Node& root, Issues& issues)
      : root_(root), issues_(issues), nodes_(count_nodes(root)) {}

  void resolve(Node& node) {
    for (Node& item : node.items) resolve(item);
    for (Node::Entry& entry : node.entries) resolve(entry.value);
    if (!node.is_scalar() || node.scalar.find("${") == std::string::npos) return;
    if (!done_.insert(node.path).second) return;
    active_.push_back(node.path);
    if (active_.size() > static_cast<size_t>(limits_.depth)) {
      fail(node, fmt::format("references follow each other more than {} times", limits_.depth));
    } else {
      resolve_scalar(node);
    }
    active_.pop_back();
  }

 private:
  bool fail(Node& node, const std::string& message) {
    issues_.error(node.origin, node.path, message);
    node.broken = true;
    return false;
  }

  void resolve_scalar(Node& node) {
    const std::string text = node.scalar;
    if (text.compare(0, 2, "${") == 0 && text.find('}') == text.size() - 1) {
      Node value;
      const std::string name = text.substr(2, text.size() - 3);
      if (!find(node, name, value)) return;
      value.reference = name.rfind("env:", 0) == 0 ? "env " + name.substr(4) : name;
      return replace(node, std::move(value));
    }
    std::string filled;
    size_t i = 0;
    for (size_t begin; (begin = text.find("${", i)) != std::string::npos;) {
      if (begin > i && text[begin - 1] == '$') {  // $${ is ${
        filled += text.substr(i, begin - 1 - i) + "${";
        i = begin + 2;
        continue;
      }
      const size_t end = text.find('}', begin);
      if (end == std::string::npos) return void(fail(node, "'${' without its '}'"));
      Node value;
      const std::string name = text.substr(begin + 2, end - begin - 2);
      if (!find(node, name, value)) return;
      if (!value.is_scalar())
        return void(fail(node, fmt::format("${{{}}} is {}, which cannot stand inside a string",
                                           name, value.describe())));
      filled += text.substr(i, begin - i) + value.scalar;
      i = end + 1;
      if (filled.size() > kMostCharacters)
        return void(fail(node, "references fill this in to an endless string"));
    }
    node.reference = text;
    node.scalar = filled + text.substr(i);
    node.quoted = true;
  }

  /// The value that `name` stands for, itself resolved.
  bool find(Node& node, const std::string& name, Node& value) {
    if (name.rfind("env:", 0) == 0) return find_variable(node, name.substr(4), value);
    const auto steps = parse_path(name);
    if (!steps)
      return fail(node, fmt::format("{} is no key; write ${{a.b}}, ${{a[0].b}} or ${{env:NAME}}",
                                    quote("${" + name + "}")));
    Node* target = &root_;
    for (const PathStep& step : *steps) {
      if (target->is_scalar()) resolve(*target);  // it may be a reference to what has the key
      Node* next = const_cast<Node*>(std::as_const(*target).at(step));
      if (next == nullptr) return fail(node, missing(name, *target, step));
      target = next;
    }
    for (const std::string& path : active_) {
      if (!is_within(path, target->path)) continue;
      return fail(node, fmt::format("a reference to itself: {} -> {}", fmt::join(active_, " -> "),
                                    target->path));
    }
    resolve(*target);
    value = *target;
    return true;
  }

  std::string missing(const std::string& name, const Node& target, const PathStep& step) const {
    if (step.is_index())
      return fmt::format("${{{}}}: {} has no item [{}]", name,
                         target.path.empty() ? "the root" : target.path, step.index);
    std::vector<std::string> keys;
    if (!issues_.full())
      for (const Node::Entry& entry : target.entries) keys.push_back(entry.key);
    const std::string missing = fmt::format("${{{}}}: {} is not written{}", name, quote(step.key),
                                            target.path.empty() ? "" : " in " + target.path);
    if (!nearest(step.key, keys).empty()) return missing + suggestion(step.key, keys);
    return missing + "; a reference takes what is written, no default: write it there";
  }

  bool find_variable(Node& node, const std::string& name, Node& value) {
    const char* text = std::getenv(name.c_str());
    if (text == nullptr)
      return fail(node, fmt::format("the environment variable {} is not set", quote(name)));
    value.kind = Node::Kind::scalar;
    value.scalar = text;
    return true;
  }

  void replace(Node& node, Node value) {
    const int depth =
        static_cast<int>(parse_path(node.path).value_or(std::vector<PathStep>()).size());
    nodes_ += count_nodes(value);
    if (nodes_ > limits_.nodes || depth + height_of(value) > limits_.depth)
      return void(fail(node, "references fill this in to something endless"));
    value.origin = node.origin;
    set_paths(value, node.path);
    mark_done(value);
    node = std::move(value);
  }

  /// What was put in is resolved; a "${" in it came from "$${".
  void mark_done(const Node& node) {
    done_.insert(node.path);
    for (const Node& item : node.items) mark_done(item);
    for (const Node::Entry& entry : node.entries) mark_done(entry.value);
  }

  Node& root_;
  Issues& issues_;
  const YamlLimits limits_;
  size_t nodes_;
  std::set<std::string> done_;
  std::vector<std::string> active_;
};

}  // namespace

void interpolate(Node& root, Issues& issues) {
  Interpolation(root, issues).resolve(root);
}

}  // namespace strata
