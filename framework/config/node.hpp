#pragma once
#include <string>
#include <vector>

#include "strata/config/issues.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// A YAML value with the place where it was written. Plain data, owned by its parent.
struct Node {
  enum class Kind { null, scalar, sequence, map };
  struct Entry;

  Kind kind = Kind::null;
  std::string scalar;         ///< kind scalar: its text
  bool quoted = false;        ///< kind scalar: written in quotes, hence a string and nothing else
  std::vector<Node> items;    ///< kind sequence
  std::vector<Entry> entries; ///< kind map, in the order written, keys unique
  Origin origin;              ///< where the value begins
  std::string path;           ///< "encoder[0][1].units"; set by set_paths()

  bool is_map() const { return kind == Kind::map; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_null() const { return kind == Kind::null; }

  /// The value of a key of this map, or nullptr.
  const Node* get(const std::string& key) const;
  Node* get(const std::string& key);

  /// "a map", "a list", "the string 'x'", "the integer 3", "nothing" ... for messages.
  std::string describe() const;
};

struct Node::Entry {
  std::string key;
  Origin key_origin;
  Node value;
};

/// Follows "encoder[0][1].units"; nullptr where a part is missing.
const Node* find_path(const Node& root, const std::string& path);

/// Sets Node::path below `node` from the path of `node` itself.
void set_paths(Node& node, const std::string& path = {});

/// Limits that keep a hostile file from exhausting memory, time or stack.
struct YamlLimits {
  size_t bytes = 4 << 20;
  size_t nodes = 100'000;  ///< aliases count as what they stand for
  int depth = 64;
};

/// Reads YAML 1.2's core into a Node. Anything that YAML, or a trap in it, gets wrong is an issue with
/// its position, and the result is then null: malformed text, a duplicate key (reported at the
/// duplicate), a tab in the indentation, a byte-order mark, bytes that are no UTF-8, an empty file, two
/// documents, a key that is no plain name, aliases to themselves or to too much, nesting past the limit.
/// Merge keys (`<<: *base`) are merged.
Node parse_yaml(std::shared_ptr<const Source> source, Issues& issues, const YamlLimits& = {});

/// A value given on the command line ("0.1", "[1, 2]", "{type: sgd}"); positions count in the text from
/// `column` (1-based).
Node parse_yaml_value(std::shared_ptr<const Source> source, const std::string& text, int column,
                      Issues& issues);

}  // namespace strata
