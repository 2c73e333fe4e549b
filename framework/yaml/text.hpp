#pragma once
// Words and lines of messages. Implemented in text.cpp.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// "'text'", as messages quote what the user wrote: cut to 60 characters, control characters
/// escaped.
std::string quote(std::string_view text);

/// "an integer", "a list of layers", "an optimizer".
std::string with_article(const std::string& noun);

/// "a", "a or b", "a, b or c".
std::string either(const std::vector<std::string>& words);

/// "layer" -> "layers", "loss" -> "losses", "strategy" -> "strategies", "list of x" -> "lists of
/// x".
std::string plural(const std::string& noun);

/// A line (1-based) of a text, without its end; empty where there is none.
std::string_view line_of(std::string_view text, int line);

/// The line (1-based) of `text` with its number, and below it a caret under the column (1-based, in
/// characters): "  12 | lr: x\n     |     ^". The caret stands right below its character in a
/// terminal, whatever tabs and wide characters come before; of a very long line the part around it
/// is shown.
std::string source_excerpt(std::string_view text, int line, int column);

/// Characters in `text`, a byte that is no UTF-8 counting as one.
int count_characters(std::string_view text);

}  // namespace strata
