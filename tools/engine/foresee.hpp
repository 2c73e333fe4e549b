#pragma once
// Where the stages of runs will come from, told before any starts. Implemented in foresee.cpp.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/commands.hpp"
#include "strata/run/estimate.hpp"
#include "strata/run/previous_run.hpp"

namespace strata {

struct ForeseenStage {
  std::string name, key;  ///< the key tells runs of one command apart; under --dry-run, all runs
  std::string from;       ///< the run that has it; empty where it is to be trained
  bool done = false;      ///< the run itself has it
};

/// The stages of a run as they are planned; none where its device is not here. Under --dry-run also
/// which are there already, and none where its data are not.
/// @param done  how many of them the run itself has
/// @param threads  that it will be made with
std::vector<ForeseenStage> foresee(const CheckedExperiment& run, size_t done, int threads,
                                   const EngineRequest& request, PreviousRuns& records);

/// Of runs that begin with training one stage, lets the first go first and those that will take it
/// from there come after all others. `stages[i]` are those of run i; returns the runs in the order
/// in which to start them.
std::vector<size_t> new_stages_first(const std::vector<const std::vector<ForeseenStage>*>& stages);

/// Of each run the stages that it will take, each with the run that has it or will have it by then:
/// {"pretrain-1": "small/3fa9c1d2-s0"}. `names[i]` is what run i is called.
std::vector<std::map<std::string, std::string>> taken_stages(
    const std::vector<const std::vector<ForeseenStage>*>& stages,
    const std::vector<std::string>& names);

/// What a run still costs; nothing where that cannot be told.
std::optional<Cost> foreseen_cost(const CheckedExperiment& run,
                                  const std::vector<ForeseenStage>& stages,
                                  const std::map<std::string, std::string>& taken,
                                  Estimator& estimator);

}  // namespace strata
