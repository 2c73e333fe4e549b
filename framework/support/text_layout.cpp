#include "strata/support/text_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace strata {
namespace {

/// The first `width` characters of UTF-8 text, in bytes.
size_t bytes_of(const std::string& text, size_t width) {
  size_t bytes = 0;
  for (size_t count = 0; bytes < text.size(); ++bytes) {
    const bool begins = (static_cast<unsigned char>(text[bytes]) & 0xC0U) != 0x80U;
    if (begins && ++count > width) break;
  }
  return bytes;
}

/// Takes what is put on a line of its own from a word wider than that: up to a blank (in brackets),
/// else up to what joins a path, a list or the stages of a curve, else as much as there is room
/// for.
std::string take_part(std::string& word, size_t width) {
  const size_t bytes = bytes_of(word, width);
  const size_t blank = word.find_last_of(' ', bytes);
  const size_t join = bytes == 0 ? std::string::npos : word.find_last_of("/,|", bytes - 1);
  size_t end = bytes, next = bytes;
  if (blank != std::string::npos && blank > 0)
    end = blank, next = blank + 1;
  else if (join != std::string::npos && join > 0)
    end = next = join + 1;
  std::string part = word.substr(0, end);
  word.erase(0, next);
  return part;
}

}  // namespace

std::vector<std::string> blank_words(const std::string& text) {
  std::vector<std::string> words(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c == ' ' && depth <= 0)
      words.emplace_back();
    else
      words.back() += c;
  }
  return words;
}

size_t text_width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::vector<std::string> wrapped_lines(const std::string& text, size_t width,
                                       const std::string& indent) {
  std::vector<std::string> lines(1);
  for (std::string word : blank_words(text)) {
    const std::string gap = lines.back().empty() ? "" : " ";
    if (text_width(lines.back() + gap + word) <= width) {
      lines.back() += gap + word;
      continue;
    }
    if (lines.back() != indent && !lines.back().empty()) lines.push_back(indent);
    while (text_width(lines.back() + word) > width) {
      const size_t room = width - std::min(width - 1, text_width(lines.back()));
      lines.back() += take_part(word, room);
      lines.push_back(indent);
    }
    lines.back() += word;
  }
  return lines;
}

std::string wrapped(const std::string& text, size_t width, const std::string& indent) {
  return fmt::format("{}\n", fmt::join(wrapped_lines(text, width, indent), "\n"));
}

}  // namespace strata
