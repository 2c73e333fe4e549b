#pragma once
#include <string>
#include <vector>

#include "strata/run/plan.hpp"
#include "strata/run/sound_parts.hpp"

namespace strata {

/// Checks what the planned stages are set to: that loss, metrics and penalties suit a stage's
/// target and code, that every figure it is guided by is measured, and that something is left to
/// train. Mistakes go to `issues`, with the position in `tree` of the key at fault: one a key,
/// which names the stages that it does not suit.
/// Components that are not sound are passed over.
void check_stages(const Plan& plan, const SoundParts& sound, const Node& tree, Issues& issues);

/// Checks the names listed at `path` ("pretrain.freeze") against the blocks that can train there,
/// and their layers.
void check_freeze(const Stack& stack, const std::vector<std::string>& blocks,
                  const std::vector<std::string>& names, const std::string& path, const Node& tree,
                  Issues& issues);

}  // namespace strata
