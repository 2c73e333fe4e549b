#pragma once
#include <sysexits.h>

#include <atomic>
#include <string>
#include <vector>

#include "engine/commands.hpp"

namespace strata {

/// The exit code of a process of --jobs whose run another process is at work on: "try again later".
inline constexpr int kElsewhere = EX_TEMPFAIL;

/// "run 2 of 6"; empty where the command makes one run.
std::string place_of(size_t index, size_t runs);

/// Makes the runs request.jobs at a time, each in a process of its own with its share of the
/// threads. Returns the outcome of each that was started, in order: once `stop` holds a signal, no
/// further one is.
std::vector<RunOutcome> run_side_by_side(const std::vector<CheckedExperiment>& runs,
                                         const EngineRequest& request,
                                         const std::atomic<int>& stop);

}  // namespace strata
