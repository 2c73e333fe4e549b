#pragma once
// What a text is to YAML: a boolean, an integer, a number, or a text. Implemented in scalar.cpp.
#include <string>
#include <string_view>

#include "strata/yaml/node.hpp"

namespace strata {

/// What a plain scalar is by YAML 1.2's core rules.
enum class ScalarKind { text, boolean, integer, number };

/// "3" is an integer, "1e3" and ".5" and ".inf" are numbers, "true" is a boolean, all else is text,
/// and so is anything in quotes.
ScalarKind scalar_kind(const Node& scalar);
ScalarKind scalar_kind(std::string_view plain);

/// .inf and .nan in their spellings, with a sign or not: numbers that are not finite.
bool is_special_number(std::string_view plain);

/// A number in a message: 0.5, 1, 1e-07.
std::string number_text(double value);

}  // namespace strata
