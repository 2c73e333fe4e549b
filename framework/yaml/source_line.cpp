#include "strata/yaml/source_line.hpp"

#include "strata/support/display.hpp"
#include "strata/yaml/text.hpp"

namespace strata {

SourceLine source_line(const Origin& origin) {
  if (origin.source == nullptr || origin.line < 1) return {};
  const std::string_view rest = line_of(origin.source->text, origin.line);
  size_t at = 0;
  for (int column = 1; column < origin.column && at < rest.size(); ++column)
    at += character_at(rest, at).bytes;
  return {rest.substr(0, at), rest.substr(at)};
}

bool is_argument(const Origin& origin) {
  return origin.source != nullptr && origin.source->name.rfind("--", 0) == 0;
}

}  // namespace strata
