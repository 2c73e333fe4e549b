#pragma once
// Checks what the planned stages are set to. Implemented in stage_check.cpp.
#include "strata/run/plan.hpp"
#include "strata/run/valid_parts.hpp"

namespace strata {

/// Checks what the planned stages are set to: that loss, metrics and penalties suit a stage's
/// target and code, that every figure it is guided by is measured, and that something is left to
/// train. Mistakes go to `issues`, with the position in `tree` of the key at fault: one a key,
/// which names the stages that it does not suit.
/// Components that are not sound are passed over.
void check_stages(const Plan& plan, const ValidParts& sound, const Node& tree, Issues& issues);

}  // namespace strata
