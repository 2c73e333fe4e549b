#include "strata/yaml/source_line.hpp"

#include <algorithm>

#include "strata/support/display.hpp"

namespace strata {

SourceLine source_line(const Origin& origin) {
  if (origin.source == nullptr || origin.line < 1) return {};
  std::string_view rest = origin.source->text;
  for (int line = 1; line < origin.line; ++line)
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
  rest = rest.substr(0, rest.find('\n'));
  size_t at = 0;
  for (int column = 1; column < origin.column && at < rest.size(); ++column)
    at += character_at(rest, at).bytes;
  return {rest.substr(0, at), rest.substr(at)};
}

bool is_argument(const Origin& origin) {
  return origin.source != nullptr && origin.source->name.rfind("--", 0) == 0;
}

}  // namespace strata
