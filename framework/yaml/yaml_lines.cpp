#include "strata/yaml/yaml_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "strata/yaml/text.hpp"

namespace strata {
namespace {

struct Line {
  size_t begin = 0;          ///< of the content, in the text
  size_t indent = 0;         ///< blanks before it
  std::string_view content;  ///< without indentation and comment; empty where there is no more

  bool is_item() const { return content == "-" || content.substr(0, 2) == "- "; }
};

/// A comment begins at a '#' after a blank, outside quotes.
std::string_view without_comment(std::string_view line) {
  char quote = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if ((c == '"' || c == '\'') && (i == 0 || line[i - 1] == ' '))
      quote = c;
    else if (c == '#' && (i == 0 || line[i - 1] == ' '))
      return line.substr(0, i);
  }
  return line;
}

Line line_at(std::string_view text, size_t begin) {
  std::string_view whole = text.substr(begin, text.find('\n', begin) - begin);
  const size_t indent = std::min(whole.find_first_not_of(' '), whole.size());
  std::string_view content = without_comment(whole.substr(indent));
  content = content.substr(0, content.find_last_not_of(" \t\r") + 1);
  return {begin + indent, indent, content};
}

/// The lines with content up to the one that holds a position, that one last.
std::vector<Line> lines_up_to(std::string_view text, size_t position) {
  std::vector<Line> lines;
  for (size_t begin = 0; begin <= std::min(position, text.size());) {
    const Line line = line_at(text, begin);
    if (!line.content.empty()) lines.push_back(line);
    const size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  return lines;
}

/// The line without the '-' of list items before it: "- - a: b" holds the key a.
Line inside_items(Line line) {
  while (line.is_item()) {
    const size_t skip = std::min(line.content.find_first_not_of(' ', 1), line.content.size());
    line.begin += skip;
    line.indent += skip;
    line.content.remove_prefix(skip);
  }
  return line;
}

/// Where the key of a line ends, at its ':'; npos where it holds none.
size_t key_end(const Line& line) {
  for (size_t i = 0; i < line.content.size(); ++i)
    if (line.content[i] == ':' && (i + 1 == line.content.size() || line.content[i + 1] == ' '))
      return i;
  return std::string_view::npos;
}

bool is_plain(const Line& line) {
  return !line.content.empty() &&
         std::string_view("[{\"'&*!|>").find(line.content[0]) == std::string_view::npos;
}

/// "-a" instead of "- a".
bool is_run_in_item(const Line& line) {
  return line.content.size() > 1 && line.content[0] == '-' && !line.is_item();
}

/// What is wrong with a line that holds no key where one belongs.
std::optional<LineMistake> explain_keyless(const Line& line) {
  if (!is_plain(line)) return std::nullopt;
  if (is_run_in_item(line)) return LineMistake{line.begin + 1, "a space belongs after '-'"};
  const size_t colon = line.content.find(':');
  if (colon != std::string_view::npos)
    return LineMistake{line.begin + colon + 1, "a space belongs after ':'"};
  return LineMistake{line.begin, fmt::format("expected 'key: value', got {}; is a ':' missing?",
                                             quote(line.content))};
}

/// The indentations that the last line may have: its own block's, and those of the blocks around.
std::vector<std::string> levels_before(const std::vector<Line>& lines) {
  std::vector<std::string> levels;
  size_t lowest = std::string::npos;
  for (size_t i = lines.size() - 1; i-- > 0;) {
    if (lines[i].indent >= lowest) continue;
    lowest = lines[i].indent;
    levels.push_back(std::to_string(lowest));
  }
  return levels;
}

}  // namespace

std::optional<LineMistake> explain_colon(std::string_view text, size_t position) {
  const std::vector<Line> lines = lines_up_to(text, position);
  if (lines.empty()) return std::nullopt;
  const Line line = inside_items(lines.back());
  if (is_run_in_item(line)) return explain_keyless(line);
  const bool first_colon = line.begin + key_end(line) == position;
  if (!first_colon || lines.size() < 2) return std::nullopt;
  const Line before = inside_items(lines[lines.size() - 2]);
  const size_t end = key_end(before);
  if (end == std::string_view::npos) return explain_keyless(before);
  if (!is_plain(before) || end + 1 == before.content.size() || line.indent <= before.indent)
    return std::nullopt;
  return LineMistake{line.begin,
                     fmt::format("indented deeper than {}, which has a value already; check the "
                                 "indentation",
                                 quote(before.content.substr(0, end)))};
}

std::optional<LineMistake> explain_line(std::string_view text, size_t position) {
  const std::vector<Line> lines = lines_up_to(text, position);
  if (lines.size() < 2) return std::nullopt;
  const Line& line = lines.back();
  if (line.begin != position) return std::nullopt;
  const Line inside = inside_items(line);
  if (!line.is_item() && key_end(inside) == std::string_view::npos) return explain_keyless(inside);
  const std::vector<std::string> levels = levels_before(lines);
  if (std::count(levels.begin(), levels.end(), std::to_string(line.indent)) == 0)
    return LineMistake{line.begin,
                       fmt::format("indented by {} space{}, where the lines above have {}",
                                   line.indent, line.indent == 1 ? "" : "s", either(levels))};
  for (size_t i = lines.size() - 1; i-- > 0;) {
    if (lines[i].indent != line.indent) continue;
    if (lines[i].is_item() == line.is_item()) return std::nullopt;
    if (is_run_in_item(lines[i])) return explain_keyless(lines[i]);
    return LineMistake{line.begin, line.is_item()
                                       ? "a '- item' among keys; indent it like the items of its "
                                         "list"
                                       : "a key among '- items'; indent it like the keys that it "
                                         "belongs to"};
  }
  return std::nullopt;
}

}  // namespace strata
