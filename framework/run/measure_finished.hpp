#pragma once
// Metrics that are asked of a run which has finished without them: taken from its weights, as
// training anew would give the same ones. Implemented in measure_finished.cpp.
#include <string>
#include <vector>

#include "strata/run/runner.hpp"

namespace strata {

/// The metrics of the settings that a record has not, by type.
std::vector<std::string> lacking_metrics(const Experiment& settings, const Json& record);

/// Measures them, and adds them to the record; all else in it stays. Its outcome is "completed", or
/// "failed" where the weights are gone or not what the record says.
RunOutcome measure_finished(const LoadedExperiment& experiment, const Plan& plan,
                            const RunOptions& options);

}  // namespace strata
