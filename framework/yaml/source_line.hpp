#pragma once
// The line that a value was written on. Implemented in source_line.cpp.
#include <string_view>

#include "strata/yaml/issues.hpp"

namespace strata {

/// The line that a place is on: what stands before the place, and what from it on. Views of the
/// source's text; both empty where nobody wrote it.
struct SourceLine {
  std::string_view before, after;
};

SourceLine source_line(const Origin& origin);

/// Whether the place is on the command line, in --set, --sweep or --seeds.
bool is_argument(const Origin& origin);

}  // namespace strata
