#pragma once
// What is said when a sweep is over. Implemented in summary.cpp.
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "strata/run/runner.hpp"

namespace strata {

/// A run that the command asked for, and what became of it.
struct Ended {
  const LoadedExperiment* run = nullptr;
  std::string status;  ///< "kept" and "finished": left as recorded; "not started"; or the outcome's
  RunOutcome outcome;  ///< of those that were started
};

/// Says on standard error how a run ended: where its record is, or what went wrong.
void print_outcome(const LoadedExperiment& run, const RunOutcome& outcome, bool quiet);

/// After several runs: the failures again, how many runs ended how, and what to do next.
void print_summary(const std::vector<Ended>& all, const EngineRequest& request);

}  // namespace strata
