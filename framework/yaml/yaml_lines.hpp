#pragma once
// Explains by its lines why a text is no YAML. Implemented in yaml_lines.cpp.
#include <optional>
#include <string>
#include <string_view>

namespace strata {

/// What is wrong with a line, and where in the text.
struct LineMistake {
  size_t position = 0;
  std::string message;
};

/// Why the ':' at `position` can end no key, where the line before is to blame, or the line's own
/// beginning: yaml-cpp takes a line without ': ' for a text that goes on, and stops at the next
/// ':'. Nothing where the lines do not tell.
std::optional<LineMistake> explain_colon(std::string_view text, size_t position);

/// Why the line at `position` fits into no map or list that is open there: its indentation, or a
/// missing ':' or blank. Nothing where the lines do not tell.
std::optional<LineMistake> explain_line(std::string_view text, size_t position);

}  // namespace strata
