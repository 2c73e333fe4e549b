#include "strata/yaml/merge_keys.hpp"

#include <optional>
#include <unordered_set>

namespace strata {
namespace {

/// Adds the keys of a merged map that `target` has not; what is written in the map itself, or
/// merged before, goes first.
void merge_into(std::vector<Node::Entry>& target, std::unordered_set<std::string>& keys,
                const Node& merged, Issues& issues) {
  if (merged.is_map()) {
    for (const Node::Entry& entry : merged.entries)
      if (keys.insert(entry.key).second) target.push_back(entry);
  } else {
    issues.error(merged.origin, {},
                 "'<<' merges a map or a list of maps, got " + merged.describe());
  }
}

}  // namespace

void merge_and_prune(Node& node, Issues& issues) {
  for (Node& item : node.items) merge_and_prune(item, issues);
  if (!node.is_map()) return;
  std::vector<Node::Entry> kept;
  std::unordered_set<std::string> keys;
  std::optional<Node> merged;
  for (Node::Entry& entry : node.entries) {
    merge_and_prune(entry.value, issues);
    if (entry.key == "<<") {
      if (!merged) merged = std::move(entry.value);
    } else if (keys.insert(entry.key).second) {
      kept.push_back(std::move(entry));
    }
  }
  if (merged && merged->is_sequence()) {
    for (const Node& item : merged->items) merge_into(kept, keys, item, issues);
  } else if (merged) {
    merge_into(kept, keys, *merged, issues);
  }
  node.entries = std::move(kept);
}

}  // namespace strata
