#pragma once
// YAML's merge keys. Implemented in merge_keys.cpp.
#include "strata/yaml/node.hpp"

namespace strata {

/// Replaces each `<<: *base`, or list of such, by the keys that the map has not itself, and drops
/// the second of two equal keys, which is reported already.
void merge_and_prune(Node& node, Issues& issues);

}  // namespace strata
