#pragma once
// The tree of a YAML text, with the place of every value. Implemented in node.cpp; parsed in
// yaml.cpp with yaml_text.cpp and yaml_lines.cpp.
#include <string>
#include <string_view>
#include <vector>

#include "strata/support/json.hpp"
#include "strata/yaml/issues.hpp"
#include "strata/yaml/path.hpp"

namespace strata {

/// A YAML value with the place where it was written. Plain data, owned by its parent.
struct Node {
  enum class Kind { null, scalar, sequence, map };
  struct Entry;

  Kind kind = Kind::null;
  std::string scalar;   ///< kind scalar: its text; kind null: "null" or "~" where that was written
  bool quoted = false;  ///< kind scalar: written in quotes, hence a string and nothing else
  std::vector<Node> items;     ///< kind sequence
  std::vector<Entry> entries;  ///< kind map, in the order written, keys unique
  Origin origin;               ///< where the value begins
  std::string path;            ///< "encoder[0][1].units"; set by set_paths()
  std::string reference;       ///< what filled it in: "a.b", "env NAME", or "run-${seed}"
  bool broken = false;         ///< a mistake in it was reported; reading it adds no other

  bool is_map() const { return kind == Kind::map; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_null() const { return kind == Kind::null; }

  /// The value of a key of this map, or nullptr.
  const Node* get(const std::string& key) const;
  Node* get(const std::string& key);
  Entry* find(const std::string& key);
  /// The value that one part of a path leads to, or nullptr.
  const Node* at(const PathStep& step) const;

  /// "a map", "a list", "the string 'x'", "the integer 3", "nothing" ... for messages.
  std::string describe() const;
};

struct Node::Entry {
  std::string key;
  Origin key_origin;
  Node value;
};

/// The value at a path; nullptr where a part is missing.
const Node* find_path(const Node& root, std::string_view path);

/// Sets Node::path below `node` from the path of `node` itself.
void set_paths(Node& node, const std::string& path = {});

size_t count_nodes(const Node& node);
/// Levels of nesting; 1 for a scalar.
int height_of(const Node& node);

/// Makes a bare name into a map: "sgd" becomes {type: sgd}.
void give_type_key(Node& name);

/// The value on one line, as --set takes it: {type: sgd, lr: 0.1}.
std::string flow_text(const Node& node);

/// Limits that keep a hostile file from exhausting memory, time or stack.
struct YamlLimits {
  size_t bytes = 4 << 20;
  size_t nodes = 100'000;  ///< aliases count as what they stand for
  size_t keys = 5'000;     ///< of one map
  int depth = 64;
};

/// Reads YAML 1.2's core into a Node; its paths are not set. Anything that YAML, or a trap in it,
/// gets wrong is an issue with its position, and the result is then null: malformed text, a tab in
/// the indentation, a byte-order mark inside the text, control characters, bytes that are no UTF-8,
/// an empty file, two documents, a key that is no plain name, a tag, aliases to themselves or to
/// too much, nesting past the limit. A duplicate key is an issue too (at the duplicate), but leaves
/// the tree to be read on, with the first of the two. Merge keys (`<<: *base`) are merged. A value
/// that is left out has its key's position.
Node parse_yaml(std::shared_ptr<const Source> source, Issues& issues, const YamlLimits& = {});

/// A value given on the command line ("0.1", "[1, 2]", "{type: sgd}"): the part of the source's
/// text that begins at byte `offset`. Nothing there is a null, and no issue.
Node parse_yaml_value(std::shared_ptr<const Source> source, size_t offset, size_t length,
                      Issues& issues);

/// Opens and parses a file. One that cannot be read is an issue too, at `named`: the value that
/// names it.
Node parse_yaml_file(const std::string& path, Issues& issues, const Node* named = nullptr);

}  // namespace strata
