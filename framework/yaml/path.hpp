#pragma once
// Paths of values in a tree: "encoder[0][1].units". Implemented in path.cpp.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// One part of a path: ".units" or "[1]".
struct PathStep {
  std::string key;  ///< empty for an index
  size_t index = 0;
  size_t offset = 0;  ///< of the part in the path's text, in bytes
  bool is_index() const { return key.empty(); }
};

/// The parts of a path; none where the text is no path.
std::optional<std::vector<PathStep>> parse_path(std::string_view text);

/// Whether `path` is `whole`, or leads to a part of it ("a.b" and "a[0]" to parts of "a").
bool is_within(std::string_view path, std::string_view whole);

/// Where a key below a path is: "a.b"; the key itself at the root.
std::string path_below(const std::string& path, const std::string& key);
std::string path_below(const std::string& path, size_t index);

/// The last key with the indices behind it: "units" of "encoder[0][1].units".
std::string last_part(const std::string& path);

}  // namespace strata
