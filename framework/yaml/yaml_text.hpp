#pragma once
// A text on its way into yaml-cpp: its positions, what yaml-cpp takes silently, and what its
// messages mean. Implemented in yaml_text.cpp.
#include <yaml-cpp/mark.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "strata/yaml/node.hpp"

namespace strata {

/// The part of a source that is parsed, with what yaml-cpp's marks (0-based, in bytes) point at.
/// Private to the parser: no other header of this room includes yaml-cpp.
class YamlText {
 public:
  YamlText(std::shared_ptr<const Source> source, size_t offset, size_t length);

  std::string_view text() const { return std::string_view(source_->text).substr(offset_, length_); }
  std::string_view at(int position) const;
  Origin origin(const YAML::Mark& mark) const;

  /// The word for null that begins at a position ("null", "~"), or "" where none does.
  std::string null_word(int position) const;
  Origin origin_at(size_t position) const;
  /// Whether the quote at a position, if one is there, is closed. (yaml-cpp takes the end for a
  /// quote.)
  bool quote_is_closed(int position) const;
  /// The '-' whose item was left out, before a mark; `otherwise` where there is none.
  Origin dash_before(const YAML::Mark& mark, const Origin& otherwise) const;

  /// Finds what yaml-cpp takes silently, or reports obscurely: bytes that are no UTF-8, byte-order
  /// marks, control characters, tabs in the indentation. Reports the first one; false then.
  bool check(Issues& issues) const;

 private:
  std::shared_ptr<const Source> source_;
  size_t offset_, length_;
  std::vector<size_t> line_starts_;   ///< of the whole source, in bytes
  std::vector<uint32_t> characters_;  ///< before each byte of the whole source
};

/// Where yaml-cpp gave up.
struct ParseStop {
  std::string message;      ///< yaml-cpp's
  Origin origin;            ///< where it stopped
  std::string_view rest;    ///< the text from there
  std::string_view before;  ///< the text up to there
  const Node* innermost;    ///< the list or map that was open, or nullptr
};

/// Reports it in plain words.
void report_parse_stop(const YamlText& text, const ParseStop& stop, Issues& issues);

}  // namespace strata
