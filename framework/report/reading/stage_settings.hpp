#pragma once
// What runs were trained with, as settings of their configuration. Implemented in
// stage_settings.cpp.
#include <vector>

#include "strata/report/reading/compared_run.hpp"

namespace strata {

/// Fills in each run's `settings`: under "pretrain" and "classify" stands what its stages were
/// trained with. What all stages of every run's phase share is the phase's ("pretrain.loss"); where
/// they do not, plain values are a list ("pretrain.epochs": [5, 15]), and the rest is told stage by
/// stage ("pretrain.stages[1].optimizer"). What a phase without stages does not use is not_used().
/// Runs of one configuration have the stages of the one that came furthest.
void settle(std::vector<ComparedRun>& runs);

}  // namespace strata
