#pragma once
// How text stands on an output: its columns, its lines, bold and colour. Implemented in
// display.cpp, by Unicode's own tables (utf8proc).
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// The character of UTF-8 that begins at an offset.
struct Character {
  size_t bytes = 0;    ///< 0 at the text's end
  size_t columns = 0;  ///< on a terminal: 2 of a wide character, 0 of a combining or control one
  bool valid = false;  ///< false where no character begins there; `bytes` and `columns` are then 1
  char32_t code = 0;
};
Character character_at(std::string_view text, size_t offset);

/// The columns that a text takes on a terminal.
size_t display_width(std::string_view text);

/// The text with blanks behind it, or before it, up to `width` columns.
std::string pad_right(std::string_view text, size_t width);
std::string pad_left(std::string_view text, size_t width);

/// The text broken at blanks into lines of at most `width` columns, all but the first after
/// `indent`. What stands in square brackets is one word. A word that is longer than a line is cut,
/// after what joins the parts of a path or list where there is such.
std::vector<std::string> wrap_words(std::string_view text, size_t width,
                                    std::string_view indent = {});

/// The columns of the longest word.
size_t longest_word(std::string_view text);

/// wrap_words() as one text, every line ending in a newline.
std::string wrapped(std::string_view text, size_t width, std::string_view indent = {});

enum class Style { bold, dim, red, green, yellow };

/// What an output shows.
struct Display {
  size_t width = 100;
  bool styled = false;  ///< shows bold and colour

  /// The text in a style, where styles are shown.
  std::string style(Style style, std::string_view text) const;
};

/// Of a file descriptor: as wide as its terminal, else as COLUMNS says, else `otherwise` (never
/// below 40). Styled where it is a terminal that can be (TERM is not "dumb") and NO_COLOR is unset
/// or empty (no-color.org).
Display display_of(int fd, size_t otherwise = 100);

}  // namespace strata
