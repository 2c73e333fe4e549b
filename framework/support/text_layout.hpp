#pragma once
#include <string>
#include <string_view>
#include <vector>

// Text for a terminal: how wide it is, and broken into lines.

namespace strata {

/// Text parted at blanks; an interval in square brackets stays together.
std::vector<std::string> blank_words(const std::string& text);

/// Text broken at blanks into lines of at most `width` characters, all but the first after
/// `indent`. What stands in brackets is broken only where it alone is wider, as words are.
std::vector<std::string> wrapped_lines(const std::string& text, size_t width,
                                       const std::string& indent);

/// The same as one text, every line ending in a newline.
std::string wrapped(const std::string& text, size_t width, const std::string& indent);

/// Characters of UTF-8 text, as a terminal counts them here: one a code point.
size_t text_width(std::string_view text);

}  // namespace strata
