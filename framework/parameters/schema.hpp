#pragma once
// The JSON Schema of experiment files. Implemented in schema.cpp.
#include <string>

#include "strata/parameters/component.hpp"

namespace strata {

/// A JSON Schema (draft-07, as the YAML language servers of editors take it) of an experiment file:
/// the fields of its root, every component there is, and the keys that composition handles
/// (`extends`, `sweep`, `seeds`). References `${...}` are allowed wherever a value is. In a file
/// with `extends` nothing is required, as its base may hold it, but for what stands in lists, which
/// are replaced as a whole.
///
/// What it cannot say, and the loader does: duplicate keys, rules across parameters, shapes,
/// leading zeros, a value left out where null may stand, whether a key of a sweep or a reference
/// exists.
Json experiment_schema(const ParamList& root, const Catalog& catalog);

}  // namespace strata
