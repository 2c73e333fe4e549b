#pragma once
// The lines of runs that go on side by side. Implemented in side_by_side.cpp.
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands.hpp"
#include "engine/foresee.hpp"
#include "strata/core/launcher.hpp"

namespace strata {

/// "run 2 of 6"; empty where the command makes one run.
std::string place_of(size_t index, size_t runs);

/// A run that is to be made, and its record before, by PreviousRun::written.
struct Task {
  CheckedExperiment run;
  int64_t written = 0;
  bool again = false;                   ///< it begins anew, whatever there is
  bool measures = false;                ///< it is finished, and lacks metrics
  std::vector<ForeseenStage> stages;    ///< where they will come from
  std::optional<RunOutcome> outcome{};  ///< nothing where it was not started
  std::string label{};  ///< stands before its lines, where it was given; else see labels_of()
};

/// What tells each run from the others in what they print.
std::vector<std::string> labels_of(const std::vector<Task>& tasks);

/// Has a launcher that stays make those of the tasks at these places, each in a process of its own
/// with its share of the threads, and notes their outcomes. Once `stop` holds a signal, no further
/// one is started.
void run_side_by_side(std::vector<Task>& tasks, const std::vector<size_t>& places,
                      const EngineRequest& request, const Slot<Launcher>& launcher,
                      const std::atomic<int>& stop);

// In the process of one of them:
/// What it is to the user: its place among the runs, its label, the command as it was typed.
void take_part(const std::string& part_of, Task& task, EngineRequest& request, RunOptions& options);
/// Tells the process that started this one what became of the run.
void report_outcome(const RunOutcome& outcome);

}  // namespace strata
