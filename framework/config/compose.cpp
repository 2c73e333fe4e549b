#include "strata/config/compose.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "strata/config/scalar.hpp"
#include "strata/config/text.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

void remove_key(Node& map, const std::string& key) {
  map.entries.erase(std::remove_if(map.entries.begin(), map.entries.end(),
                                   [&](const Node::Entry& entry) { return entry.key == key; }),
                    map.entries.end());
}

bool is_name(const Node& node) {
  return node.is_scalar() && scalar_kind(node) == ScalarKind::text;
}

std::string type_of(const Node& map) {
  const Node* type = map.get("type");
  return type == nullptr ? "" : type->scalar;
}

/// Of maps whose base could not be read nobody knows which keys are missing.
void mark_incomplete(Node& map) {
  if (!map.is_map()) return;
  map.broken = true;
  for (Node::Entry& entry : map.entries) mark_incomplete(entry.value);
}

/// Follows `extends` from file to file.
class Chain {
 public:
  Chain(std::vector<std::shared_ptr<const Source>>& files, Issues& issues)
      : files_(files), issues_(issues) {}

  /// `named` is the value of `extends`, or nullptr for the first file.
  Node load(const std::string& path, const Node* named) {
    const fs::path canonical = fs::weakly_canonical(path);
    if (std::find(chain_.begin(), chain_.end(), canonical) != chain_.end()) {
      report(*named,
             fmt::format("a file cannot extend itself: {} -> {}", fmt::join(names_, " -> "), path));
      return {};
    }
    chain_.push_back(canonical);
    names_.push_back(path);

    Node root = parse_yaml_file(path, issues_, named);
    if (root.is_null()) return {};
    files_.push_back(root.origin.source);
    set_paths(root);
    const Node* extends = root.get("extends");
    if (extends == nullptr) return root;
    Node base = load_base(path, *extends);
    remove_key(root, "extends");
    if (base.is_null()) {
      mark_incomplete(root);
      return root;
    }
    merge_over(base, std::move(root));
    return base;
  }

 private:
  Node load_base(const std::string& path, const Node& extends) {
    if (!is_name(extends)) {
      report(extends, "expected the path of a file, got " + extends.describe());
      return {};
    }
    const fs::path base_path = (fs::path(path).parent_path() / extends.scalar).lexically_normal();
    const int errors = issues_.errors();
    Node base = load(base_path.string(), &extends);
    if (!base.is_map() && issues_.errors() == errors) {
      report(extends, fmt::format("{} holds {}, not a map", base_path.string(), base.describe()));
      return {};
    }
    return base;
  }

  void report(const Node& extends, const std::string& message) {
    issues_.error(extends.origin, extends.path, message);
  }

  std::vector<std::shared_ptr<const Source>>& files_;
  Issues& issues_;
  std::vector<fs::path> chain_;
  std::vector<std::string> names_;
};

}  // namespace

Node load_with_bases(const std::string& path, std::vector<std::shared_ptr<const Source>>& files,
                     Issues& issues) {
  return Chain(files, issues).load(path, nullptr);
}

void merge_over(Node& base, Node over) {
  const std::string type = over.is_map() ? type_of(over) : "";
  if (over.is_map() && type.empty() && is_name(base)) give_type_key(base);
  const bool merged = base.is_map() && over.is_map() &&
                      (type.empty() || type == type_of(base) || type_of(base).empty());
  if (!merged) {
    base = std::move(over);
    return;
  }
  base.origin = over.origin;
  for (Node::Entry& entry : over.entries) {
    Node::Entry* below = base.find(entry.key);
    if (below == nullptr) {
      base.entries.push_back(std::move(entry));
    } else {
      below->key_origin = entry.key_origin;
      merge_over(below->value, std::move(entry.value));
    }
  }
}

Composition compose(const std::string& path, const CommandSettings& settings, Issues& issues) {
  Composition result;
  Node root = load_with_bases(path, result.files, issues);
  if (root.is_null()) return result;
  std::vector<Override> set;
  for (const std::string& argument : settings.set) {
    Override override;
    if (parse_override(argument, override, issues)) set.push_back(std::move(override));
  }
  for (SweepPoint& point : expand_sweep(root, settings, set, result.notes, issues)) {
    ComposedRun run{root, std::move(point.overrides), std::move(point.label)};
    for (const Override& override : run.point) apply_override(run.root, override, issues);
    for (const Override& override : set) apply_override(run.root, override, issues);
    set_paths(run.root);
    interpolate(run.root, issues);
    result.runs.push_back(std::move(run));
  }
  return result;
}

}  // namespace strata
