#pragma once
// A run that was cut off: what is left of it, and whether it may go on. Implemented in
// unfinished.cpp.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "strata/run/plan.hpp"

namespace strata {

/// What is left of a run in its folder.
struct UnfinishedRun {
  Json record;
  /// As many of its stages as are complete, with their weights, in the order of the record.
  struct Stage {
    std::string name;
    std::vector<Parameter> weights;  ///< on the CPU
    Json recorded;
  };
  std::vector<Stage> stages;
  std::string damage;  ///< why a stage that the record calls complete is not among them; or empty
};

/// The run of the folder, where it did not complete and may go on: it was interrupted, killed, or
/// failed for what may have passed. Nothing where there is none, or it has no complete stage and no
/// checkpoint. Weights that are not those of the record end the list of stages.
std::optional<UnfinishedRun> find_unfinished(const std::filesystem::path& folder);

/// One thing on which the bits of a run depend, and that has changed.
struct Difference {
  std::string what, then, now;
};

/// What differs between a record and the run that would go on: what it is made of (content), and
/// the facts of the machine that change bits: processor, threads, device, libraries, engine.
std::vector<Difference> differences(const Json& record, const Json& content,
                                    const Json& provenance);

/// The threads that a record was made with; 0 where it does not say.
int threads_of(const Json& record);

/// The engine that a record says was asked for.
std::string engine_of(const Json& record);

/// A stage's results, as its record has them.
StageResult recorded_result(const StageSpec& spec, const Json& stage);

}  // namespace strata
