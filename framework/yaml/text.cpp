#include "strata/yaml/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace strata {
namespace {

bool is_control(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character[0]);
  return character.size() == 1 && (byte < 0x20 || byte == 0x7f);
}

/// The characters of a line as they are printed: what cannot be printed becomes U+FFFD.
std::vector<std::string> printable_characters(std::string_view line) {
  std::vector<std::string> characters;
  for (size_t i = 0; i < line.size();) {
    const size_t length = utf8_length(line, i);
    const std::string_view character = line.substr(i, std::max<size_t>(length, 1));
    const bool shown = length > 0 && (character == "\t" || !is_control(character));
    characters.emplace_back(shown ? character : "\xef\xbf\xbd");
    i += character.size();
  }
  return characters;
}

char32_t code_point(const std::string& character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(character[i]); };
  switch (character.size()) {
    case 2:
      return (byte(0) & 0x1fu) << 6 | (byte(1) & 0x3fu);
    case 3:
      return (byte(0) & 0x0fu) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu);
    case 4:
      return (byte(0) & 0x07u) << 18 | (byte(1) & 0x3fu) << 12 | (byte(2) & 0x3fu) << 6 |
             (byte(3) & 0x3fu);
    default:
      return byte(0);
  }
}

/// What keeps the caret below a character when that is printed: a tab for a tab, two blanks for a
/// wide character (East Asian scripts, emoji), none for a combining mark.
std::string blank_for(const std::string& character) {
  if (character == "\t") return "\t";
  const char32_t c = code_point(character);
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  if (within(0x300, 0x36f) || within(0x200b, 0x200f) || within(0xfe00, 0xfe0f)) return "";
  const bool wide = within(0x1100, 0x115f) || within(0x2e80, 0xa4cf) || within(0xac00, 0xd7a3) ||
                    within(0xf900, 0xfaff) || within(0xfe30, 0xfe6f) || within(0xff00, 0xff60) ||
                    within(0x1f300, 0x1faff) || within(0x20000, 0x3fffd);
  return wide ? "  " : " ";
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

}  // namespace

std::string quote(std::string_view text) {
  constexpr size_t most = 60;
  std::string quoted = "'";
  size_t shown = 0;
  for (size_t i = 0; i < text.size(); ++shown) {
    if (shown == most) return quoted + "...'";
    const size_t length = std::max<size_t>(utf8_length(text, i), 1);
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

std::string with_article(const std::string& noun) {
  const bool vowel = noun.find_first_of("aeiou") == 0;
  return (vowel ? "an " : "a ") + noun;
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

size_t utf8_length(std::string_view text, size_t offset) {
  const auto byte = [&](size_t i) -> unsigned {
    return offset + i < text.size() ? static_cast<unsigned char>(text[offset + i]) : 0u;
  };
  const auto tail = [&](size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first < 0x80) return offset < text.size() ? 1 : 0;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90;
    const bool past_end = first == 0xf4 && byte(1) >= 0x90;
    return tail(1) && tail(2) && tail(3) && !overlong && !past_end ? 4 : 0;
  }
  return 0;
}

int count_characters(std::string_view text) {
  int count = 0;
  for (size_t i = 0; i < text.size(); ++count) i += std::max<size_t>(utf8_length(text, i), 1);
  return count;
}

}  // namespace strata
