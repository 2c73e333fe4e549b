#include "strata/support/display.hpp"

#include <sys/ioctl.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

#include "strata/support/terminal.hpp"

namespace strata {
namespace {

constexpr size_t kLeastWidth = 40;

std::string blanks_for(std::string_view text, size_t width) {
  return std::string(width - std::min(width, display_width(text)), ' ');
}

/// Where the word ends that the text begins with.
size_t end_of_word(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
    if (text[i] == ' ' && depth <= 0) return i;
  }
  return text.size();
}

/// Takes what fits into `width` columns off the text, at least one character: up to what joins the
/// parts of a path or list where there is such.
std::string_view take_columns(std::string_view& text, size_t width) {
  size_t end = 0;
  for (size_t used = 0; end < text.size();) {
    const Character next = character_at(text, end);
    used += next.columns;
    if (used > width && end > 0) break;
    end += next.bytes;
  }
  const bool ends_word = end == text.size() || text[end] == ' ';
  const size_t join = ends_word ? std::string_view::npos : text.find_last_of(" /,|", end - 1);
  if (join != std::string_view::npos) end = join + 1;
  const std::string_view taken = text.substr(0, text.find_last_not_of(' ', end - 1) + 1);
  text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  return taken;
}

}  // namespace

Character character_at(std::string_view text, size_t offset) {
  if (offset >= text.size()) return {};
  utf8proc_int32_t code = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + offset);
  const auto most = static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size() - offset, 4));
  const utf8proc_ssize_t length = utf8proc_iterate(bytes, most, &code);
  if (length <= 0) return {1, 1, false, static_cast<unsigned char>(text[offset])};
  return {static_cast<size_t>(length), static_cast<size_t>(std::max(utf8proc_charwidth(code), 0)),
          true, static_cast<char32_t>(code)};
}

size_t display_width(std::string_view text) {
  size_t columns = 0;
  for (size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    columns += character.columns;
    i += character.bytes;
  }
  return columns;
}

std::string pad_right(std::string_view text, size_t width) {
  return std::string(text) + blanks_for(text, width);
}

std::string pad_left(std::string_view text, size_t width) {
  return blanks_for(text, width) + std::string(text);
}

std::vector<std::string> wrap_words(std::string_view text, size_t width, std::string_view indent) {
  const size_t margin = std::min(text.find_first_not_of(' '), text.size());
  std::vector<std::string> lines{std::string(text.substr(0, margin))};
  text.remove_prefix(margin);
  size_t gap = 0;  // blanks before the next word
  bool line_begins = true;
  while (!text.empty()) {
    const size_t end = end_of_word(text);
    std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    if (!line_begins && display_width(lines.back()) + gap + display_width(word) > width) {
      lines.emplace_back(indent);
    } else {
      lines.back().append(gap, ' ');
    }
    gap = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(gap);
    line_begins = false;
    while (display_width(lines.back()) + display_width(word) > width) {
      const size_t used = display_width(lines.back());
      lines.back() += take_columns(word, width - std::min(width, used));
      if (word.empty()) break;
      lines.emplace_back(indent);
    }
    lines.back() += word;
  }
  return lines;
}

size_t longest_word(std::string_view text) {
  size_t longest = 0;
  while (!text.empty()) {
    const size_t end = end_of_word(text);
    longest = std::max(longest, display_width(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

std::string wrapped(std::string_view text, size_t width, std::string_view indent) {
  std::string lines;
  for (const std::string& line : wrap_words(text, width, indent)) lines += line + '\n';
  return lines;
}

std::string Display::style(Style style, std::string_view text) const {
  if (!styled || text.empty()) return std::string(text);
  constexpr const char* codes[] = {"1", "2", "31", "32", "33"};
  return std::string("\x1b[") + codes[static_cast<size_t>(style)] + "m" + std::string(text) +
         "\x1b[0m";
}

Display display_of(int fd, size_t otherwise) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const size_t terminal = terminal_columns(fd);
  winsize size{};  // a terminal that shows no styles has a width all the same
  size_t width = ::ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : terminal;
  if (width < kLeastWidth) width = std::strtoul(variable("COLUMNS").c_str(), nullptr, 10);
  if (width < kLeastWidth) width = otherwise;
  return {width, terminal > 0 && variable("NO_COLOR").empty()};
}

}  // namespace strata
