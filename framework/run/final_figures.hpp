#pragma once
// The figures of a run as a whole. Implemented in final_figures.cpp.
#include <vector>

#include "strata/run/plan.hpp"
#include "strata/train/evaluation.hpp"

namespace strata {

/// Adds to the record's `metrics` what the last stage of a kind, the last of those done, makes
/// known: the classifier's figures, or the error of the images rebuilt through the pairs that were
/// trained.
void add_final_figures(Json& metrics, const Plan& plan, const std::vector<StageResult>& done,
                       const DeviceData& data, const FitOptions& options);

}  // namespace strata
