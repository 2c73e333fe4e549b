#pragma once
// Checks the lists of `freeze`. Implemented in freeze_check.cpp.
#include <string>
#include <vector>

#include "strata/run/plan.hpp"

namespace strata {

/// Whether a layer is among those that a stage's list names.
bool is_frozen(const Stack& stack, const std::vector<std::string>& freeze,
               const std::string& layer);

/// Checks the names listed at `path` ("pretrain.freeze") against the blocks that can train there,
/// and their layers.
void check_freeze(const Stack& stack, const std::vector<std::string>& blocks,
                  const std::vector<std::string>& names, const std::string& path, const Node& tree,
                  Issues& issues);

/// Refuses a tied layer that is frozen in a stage which trains the layer whose weights it has: they
/// would change all the same.
void check_tied_freeze(const Plan& plan, const Node& tree, Issues& issues);

/// A name in a list that freezes nothing, and why.
struct IdleName {
  std::string path;  ///< "classify.freeze[0]"
  std::string why;
};
std::vector<IdleName> idle_names(const Plan& plan);

}  // namespace strata
