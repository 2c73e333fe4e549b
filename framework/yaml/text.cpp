#include "strata/yaml/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "strata/support/display.hpp"

namespace strata {
namespace {

bool is_control(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character[0]);
  return character.size() == 1 && (byte < 0x20 || byte == 0x7f);
}

/// What keeps the caret below a character when that is printed: a tab for a tab, else as many
/// blanks as it has columns.
std::string blank_for(std::string_view printed) {
  return printed == "\t" ? "\t" : std::string(display_width(printed), ' ');
}

/// The characters of a line as they are printed: what cannot be printed becomes U+FFFD.
std::vector<std::string> printable_characters(std::string_view line) {
  std::vector<std::string> characters;
  for (size_t i = 0; i < line.size();) {
    const Character next = character_at(line, i);
    const std::string_view character = line.substr(i, next.bytes);
    const bool shown = next.valid && (character == "\t" || !is_control(character));
    characters.emplace_back(shown ? character : "\xef\xbf\xbd");
    i += next.bytes;
  }
  return characters;
}

}  // namespace

std::string quote(std::string_view text) {
  constexpr size_t most = 60;
  std::string quoted = "'";
  size_t shown = 0;
  for (size_t i = 0; i < text.size(); ++shown) {
    if (shown == most) return quoted + "...'";
    const size_t length = character_at(text, i).bytes;
    const std::string_view character = text.substr(i, length);
    if (character == "\n") {
      quoted += "\\n";
    } else if (character == "\t") {
      quoted += "\\t";
    } else if (is_control(character)) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(character[0]));
    } else {
      quoted += character;
    }
    i += length;
  }
  return quoted + "'";
}

std::string_view line_of(std::string_view text, int line) {
  size_t begin = 0;
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return {};
    begin = end + 1;
  }
  std::string_view found = text.substr(begin, text.find('\n', begin) - begin);
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  return found;
}

std::string with_article(const std::string& noun) {
  const bool vowel = noun.find_first_of("aeiou") == 0;
  return (vowel ? "an " : "a ") + noun;
}

std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return text;
}

std::string plural(const std::string& noun) {
  const auto ends = [&](std::string_view end) {
    return noun.size() >= end.size() &&
           noun.compare(noun.size() - end.size(), end.size(), end) == 0;
  };
  if (noun.rfind("list of ", 0) == 0) return "lists of " + noun.substr(8);
  if (ends("ss")) return noun + "es";
  if (ends("y")) return noun.substr(0, noun.size() - 1) + "ies";
  return noun + "s";
}

std::string source_excerpt(std::string_view text, int line, int column) {
  constexpr size_t most = 120, before_caret = 80;
  const std::vector<std::string> characters = printable_characters(line_of(text, line));
  const size_t caret = std::min(static_cast<size_t>(std::max(column, 1) - 1), characters.size());
  const bool cut = characters.size() > most;
  const size_t begin = cut && caret > before_caret ? caret - before_caret : 0;
  const size_t end = cut ? std::min(begin + most, characters.size()) : characters.size();
  std::string shown = begin > 0 ? "..." : "";
  std::string blanks(shown.size(), ' ');
  for (size_t i = begin; i < end; ++i) {
    shown += characters[i];
    if (i < caret) blanks += blank_for(characters[i]);
  }
  if (end < characters.size()) shown += "...";
  const std::string number = std::to_string(line);
  return fmt::format("  {} | {}\n  {:{}} | {}^", number, shown, "", number.size(), blanks);
}

int count_characters(std::string_view text) {
  int count = 0;
  for (size_t i = 0; i < text.size(); ++count) i += character_at(text, i).bytes;
  return count;
}

}  // namespace strata
