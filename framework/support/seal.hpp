#pragma once
// JSON files that carry the SHA-256 of themselves, so that a flipped bit or a change by hand shows.
// Implemented in seal.cpp.
#include <string>

#include "strata/support/json.hpp"

namespace strata {

/// The SHA-256 of the canonical form: keys sorted, no blanks. The order of keys and the layout of
/// the text play no part; a number does by its value.
std::string canonical_sha256(const Json& value);

/// Puts "sha256" into an object: that of all its other keys.
void seal(Json& object);

/// Whether an object has a seal and is what was sealed.
bool is_sealed(const Json& object);

}  // namespace strata
