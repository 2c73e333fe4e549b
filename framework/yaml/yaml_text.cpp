#include "strata/yaml/yaml_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <optional>

#include "strata/support/display.hpp"
#include "strata/yaml/text.hpp"
#include "strata/yaml/yaml_lines.hpp"

namespace strata {

YamlText::YamlText(std::shared_ptr<const Source> source, size_t offset, size_t length)
    : source_(std::move(source)), offset_(offset), length_(length), line_starts_{0} {
  const std::string& all = source_->text;
  characters_.reserve(all.size() + 1);
  uint32_t count = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    characters_.push_back(count);
    if ((static_cast<unsigned char>(all[i]) & 0xc0u) != 0x80u) ++count;
    if (all[i] == '\n') line_starts_.push_back(i + 1);
  }
  characters_.push_back(count);
}

std::string_view YamlText::at(int position) const {
  const std::string_view all = text();
  return all.substr(std::min(static_cast<size_t>(std::max(position, 0)), all.size()));
}

Origin YamlText::origin(const YAML::Mark& mark) const {
  return origin_at(static_cast<size_t>(std::max(mark.pos, 0)));
}

Origin YamlText::origin_at(size_t position) const {
  const size_t byte = std::min(offset_ + position, source_->text.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), byte);
  const uint32_t column = characters_[byte] - characters_[*std::prev(next)];
  return {source_, static_cast<int>(next - line_starts_.begin()), static_cast<int>(column) + 1};
}

std::string YamlText::null_word(int position) const {
  const std::string_view rest = at(position);
  for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
    if (rest.substr(0, word.size()) != word) continue;
    const std::string_view after = rest.substr(word.size());
    if (after.empty() || std::string_view(" \t\r\n,]}").find(after[0]) != std::string_view::npos)
      return std::string(word);
  }
  return {};
}

bool YamlText::quote_is_closed(int position) const {
  std::string_view rest = at(position);
  while (!rest.empty() && (rest[0] == '&' || rest[0] == '!')) {  // an anchor or a tag comes first
    rest.remove_prefix(std::min(rest.find_first_of(" \t\r\n"), rest.size()));
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  }
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return true;
  const char quote = rest[0];
  for (size_t i = 1; i < rest.size(); ++i) {
    const bool doubled = quote == '\'' && rest.substr(i, 2) == "''";
    if (doubled || (quote == '"' && rest[i] == '\\')) {
      ++i;
    } else if (rest[i] == quote) {
      return true;
    }
  }
  return false;
}

Origin YamlText::dash_before(const YAML::Mark& mark, const Origin& otherwise) const {
  const std::string_view before = text().substr(0, static_cast<size_t>(mark.pos));
  const size_t last = before.find_last_not_of(" \t\r\n");
  if (last == std::string_view::npos || before[last] != '-') return otherwise;
  return origin_at(last);
}

namespace {

/// Whether a line begins with blanks among which is a tab, and then goes on with something.
bool tab_in_indentation(std::string_view line) {
  const size_t content = line.find_first_not_of(" \t");
  if (content == std::string_view::npos || line[content] == '#' || line[content] == '\r')
    return false;
  return line.substr(0, content).find('\t') != std::string_view::npos;
}

struct ForeignBlank {
  std::string_view bytes;
  const char* name;
};

/// Blanks that look like spaces and are part of a text to YAML.
constexpr ForeignBlank kForeignBlanks[] = {{"\xc2\xa0", "a non-breaking space"},
                                           {"\xe2\x80\xaf", "a narrow non-breaking space"},
                                           {"\xe3\x80\x80", "an ideographic space"}};

/// What stands among the spaces that a line begins with and is none, and where in the line.
std::pair<size_t, std::string> indentation_problem(std::string_view line) {
  if (tab_in_indentation(line)) return {line.find('\t'), "a tab"};
  const size_t content = std::min(line.find_first_not_of(' '), line.size());
  for (const ForeignBlank& blank : kForeignBlanks)
    if (line.compare(content, blank.bytes.size(), blank.bytes) == 0) return {content, blank.name};
  return {};
}

std::string byte_problem(std::string_view rest, bool is_utf8) {
  const auto byte = static_cast<unsigned char>(rest[0]);
  if (!is_utf8) return fmt::format("byte 0x{:02x} is no UTF-8; save the file as UTF-8", byte);
  if (rest.substr(0, 3) == "\xef\xbb\xbf")
    return "a byte-order mark; it may stand at the beginning of a file alone";
  if (byte == '\r' && rest.substr(1, 1) != "\n")
    return "a carriage return alone; lines end with a line feed";
  if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r')
    return fmt::format("control character 0x{:02x}; only text may stand here", byte);
  return byte == 0x7f ? "control character 0x7f; only text may stand here" : "";
}

}  // namespace

bool YamlText::check(Issues& issues) const {
  const std::string_view all = text();
  if (all.substr(0, 2) == "\xff\xfe" || all.substr(0, 2) == "\xfe\xff") {
    issues.error(origin_at(0), {}, "this is UTF-16; save the file as UTF-8");
    return false;
  }
  bool line_begins = true;
  for (size_t i = 0; i < all.size();) {
    if (line_begins) {
      const auto [at, blank] = indentation_problem(all.substr(i, all.find('\n', i) - i));
      if (!blank.empty()) {
        issues.error(origin_at(i + at), {}, blank + " in the indentation; indent with spaces");
        return false;
      }
    }
    const Character character = character_at(all, i);
    const std::string problem = byte_problem(all.substr(i), character.valid);
    if (!problem.empty()) {
      issues.error(origin_at(i), {}, problem);
      return false;
    }
    line_begins = all[i] == '\n';
    i += character.bytes;
  }
  return true;
}

namespace {

/// The offset of the innermost bracket that is open at the end of `text`; npos where none is.
/// (yaml-cpp reads ahead, so its events do not tell.)
size_t open_bracket(std::string_view text) {
  std::vector<size_t> open;
  bool token_begins = true;  // what comes next may be a bracket, a quote or a comment
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (c == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\n')) {
      i = std::min(text.find('\n', i), text.size()) - 1;
    } else if ((c == '"' || c == '\'') && token_begins) {
      for (++i; i < text.size() && text[i] != c; ++i)
        if (c == '"' && text[i] == '\\') ++i;
      token_begins = false;
    } else if ((c == '[' || c == '{') && (token_begins || !open.empty())) {
      open.push_back(i);
      token_begins = true;
    } else if ((c == ']' || c == '}') && !open.empty()) {
      open.pop_back();
      token_begins = false;
    } else if (blank) {
      token_begins = token_begins || c == '\n';
    } else {
      const bool last = i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\n');
      token_begins = (!open.empty() && c == ',') || ((c == ':' || c == '-' || c == '?') && last);
    }
  }
  return open.empty() ? std::string_view::npos : open.back();
}

std::string place(const Origin& origin) {
  return fmt::format("line {}, column {}", origin.line, origin.column);
}

/// What yaml-cpp's message about something in brackets means; none where it is about something
/// else.
std::optional<Issue> explain_bracket(const YamlText& text, const ParseStop& stop) {
  namespace Msg = YAML::ErrorMsg;
  const bool open = stop.message == Msg::END_OF_MAP_FLOW || stop.message == Msg::END_OF_SEQ_FLOW;
  if (!open && stop.message != Msg::FLOW_END) return std::nullopt;
  const std::string_view found = stop.rest.substr(0, 1);
  if (found == "{" && stop.before.substr(stop.before.size() - 1) == "$")
    return Issue{text.origin_at(stop.before.size() - 1),
                 "between brackets, '${...}' must be in quotes",
                 {},
                 false};
  const size_t bracket = open_bracket(stop.before);
  if (bracket == std::string_view::npos)
    return Issue{stop.origin, fmt::format("'{}' closes nothing", found), {}, false};
  const char opening = stop.before[bracket];
  const Origin origin = text.origin_at(bracket);
  if (found == "]" || found == "}")
    return Issue{stop.origin,
                 fmt::format("'{}' where '{}' is expected, for the '{}' at {}", found,
                             opening == '{' ? '}' : ']', opening, place(origin)),
                 {},
                 false};
  if (stop.rest.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Issue{origin, fmt::format("'{}' is never closed", opening), {}, false};
  return Issue{
      origin,
      fmt::format("'{}' is not closed, or a ',' is missing before {}", opening, place(stop.origin)),
      {},
      false};
}

std::string explain(const ParseStop& stop) {
  namespace Msg = YAML::ErrorMsg;
  const auto is = [&](const char* known) { return stop.message.rfind(known, 0) == 0; };
  const std::string begin = stop.innermost == nullptr ? "" : place(stop.innermost->origin);
  if (is(Msg::EOF_IN_SCALAR)) return "a quote is never closed";
  if (is(Msg::DOC_IN_SCALAR)) return "a quote is still open here";
  if (is(Msg::END_OF_MAP) || is(Msg::MAP_KEY))
    return fmt::format("expected a key of the map at {}; check the indentation", begin);
  if (is(Msg::END_OF_SEQ))
    return fmt::format("expected a '- item' of the list at {}; check the indentation", begin);
  if (is(Msg::BLOCK_ENTRY)) return "a '- item' cannot begin here; begin it on a line of its own";
  if (is(Msg::MAP_VALUE)) return "':' cannot stand here; put a text with ': ' in quotes";
  if (is(Msg::UNKNOWN_TOKEN))
    return fmt::format("a text cannot begin with '{}'; put it in quotes", stop.rest.substr(0, 1));
  if (is(Msg::UNKNOWN_ANCHOR)) {
    const std::string_view alias = stop.rest.substr(0, stop.rest.find_first_of(" \t\r\n,]}"));
    return fmt::format("no anchor for {}; '&name' before a value lets '*name' repeat it",
                       quote(alias));
  }
  if (is(Msg::INVALID_ESCAPE))
    return fmt::format("unknown escape '\\{}'; write '\\\\' for a backslash",
                       stop.message.substr(std::string_view(Msg::INVALID_ESCAPE).size()));
  return stop.message;
}

/// What the lines around the stop tell; nothing where it is about something else.
std::optional<Issue> explain_lines(const YamlText& text, const ParseStop& stop) {
  namespace Msg = YAML::ErrorMsg;
  const bool colon = stop.message == Msg::MAP_VALUE;
  if (!colon && stop.message != Msg::END_OF_MAP && stop.message != Msg::END_OF_SEQ &&
      stop.message != Msg::MAP_KEY)
    return std::nullopt;
  const size_t position = stop.before.size();
  const auto mistake =
      colon ? explain_colon(text.text(), position) : explain_line(text.text(), position);
  if (!mistake) return std::nullopt;
  return Issue{text.origin_at(mistake->position), mistake->message, {}, false};
}

}  // namespace

void report_parse_stop(const YamlText& text, const ParseStop& stop, Issues& issues) {
  if (const auto issue = explain_lines(text, stop))
    return issues.error(issue->origin, {}, issue->message);
  if (const auto issue = explain_bracket(text, stop))
    return issues.error(issue->origin, {}, issue->message);
  Origin origin = stop.origin;
  if (stop.message.rfind(YAML::ErrorMsg::INVALID_ESCAPE, 0) == 0)
    origin.column -= 2;  // stops past it
  issues.error(origin, {}, explain(stop));
}

}  // namespace strata
