#pragma once
// What is to be done about each run that `strata run` is asked for. Implemented in work.cpp.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands.hpp"
#include "engine/foresee.hpp"
#include "strata/core/launcher.hpp"

namespace strata {

/// A run of the request, and what is done about it.
struct Work {
  CheckedExperiment run;
  bool stays = false;     ///< as it is recorded
  bool again = false;     ///< it begins anew, whatever there is
  bool at_work = false;   ///< another process makes it
  int64_t written = 0;    ///< PreviousRun::written
  bool measures = false;  ///< it is finished, and lacks metrics
  std::string why{};      ///< "completed before"; empty where there is no record
  std::string then{};     ///< what is done about it: "run anew"; empty where that needs no word
  std::string status{};   ///< of the record
  size_t stages_done = 0;
  std::vector<ForeseenStage> stages{};
  std::map<std::string, std::string> taken{};  ///< of taken_stages()
  std::optional<Cost> cost{};
};

/// "mnist/3fa9c1d2-s0": what a run is, by its settings.
std::string run_key(const LoadedExperiment& experiment);

/// Every run that the request asks for, each once; all mistakes are printed before the first one
/// starts, and `good` is false where there are some.
/// `launched`: of a launch's task, when the record was written, before the launch, of each run that
/// is meant.
using WrittenBefore = std::map<std::string, int64_t>;
std::vector<Work> expand(const EngineRequest& request, bool& good,
                         const std::optional<WrittenBefore>& launched = std::nullopt);

/// The threads of each of so many runs, which the launcher makes, or this process where it is
/// empty.
int threads_of_each(const EngineRequest& request, const Slot<Launcher>& launcher, size_t runs);

/// Where the stages come from of each run that is to be made.
void foresee_stages(std::vector<Work>& all, const EngineRequest& request,
                    const Slot<Launcher>& launcher);

/// What each of them still costs, from some steps of each stage.
void foresee_costs(std::vector<Work>& all, const EngineRequest& request,
                   const Slot<Launcher>& launcher);

/// The sum over the runs that are to be made, of the memory as many as go on at once; nothing where
/// one's cannot be told. Of the times, that of `jobs` at once.
std::optional<Cost> total_cost(const std::vector<Work>& all, int jobs);

/// Tells, once each, which data sets' files and which devices are not there, and how many runs need
/// them. False where that is so.
bool can_start(const std::vector<Work>& all, const EngineRequest& request);

/// `--dry-run`: prints a line for each run.
void list_runs(const std::vector<Work>& all, const EngineRequest& request);

}  // namespace strata
