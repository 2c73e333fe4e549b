#pragma once
// Notes on settings that will not do what their reader expects. Implemented in stage_notes.cpp.
#include <string>
#include <vector>

#include "strata/run/plan.hpp"

namespace strata {

/// A line for each setting in `tree` that the planned stages, which are sound, leave without the
/// effect that its reader expects: a warm-up that is longer than its stage, a patience that never
/// ends one early, a common setting for which every stage has its own.
std::vector<std::string> stage_notes(const Plan& plan, const Node& tree);

}  // namespace strata
