#pragma once
// Reading JSON that may be broken or hostile. Implemented in parse_json.cpp.
#include <cstddef>
#include <optional>
#include <string_view>

#include "strata/support/json.hpp"

namespace strata {

/// How deep lists and objects may lie in one another in the JSON that strata reads: what walks
/// through it recurses, and a foreign text must not exhaust the stack.
inline constexpr size_t most_json_depth = 100;

/// Why a text is not taken, and where.
struct JsonFault {
  size_t byte = 0;
  bool too_deep = false;  ///< else it is no JSON
};

/// The JSON of a text; nothing where it is none or too deep. Integers beyond 64 bits are taken as
/// floating point.
std::optional<Json> parse_json(std::string_view text, JsonFault* fault = nullptr);

}  // namespace strata
