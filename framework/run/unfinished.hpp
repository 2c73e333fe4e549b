#pragma once
// A run that was cut off: what is left of it, and whether it may go on. Implemented in
// unfinished.cpp.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "strata/run/finished_stage.hpp"

namespace strata {

/// What is left of a run in its folder.
struct UnfinishedRun {
  Json record;
  std::vector<FinishedStage> stages;  ///< as many as are complete, in the order of the record
  std::string damage;  ///< why a stage that the record calls complete is not among them; or empty
};

/// The run of the folder, where it did not complete and may go on: it was interrupted, killed, or
/// failed for what may have passed. Nothing where there is none, or it has no complete stage and no
/// checkpoint. Weights that are not those of the record end the list of stages.
std::optional<UnfinishedRun> find_unfinished(const std::filesystem::path& folder);

/// What differs between the record and the run that would go on: what it is made of (content), and
/// the facts of the machine that change bits. An entry each of the record's `resumed_anyway`.
/// Throws UserError where something does, unless it is to go on `anyway`: it would not end with the
/// bits that it was begun for.
/// @param folder  as the message calls the run
Json changed_since(const UnfinishedRun& run, const Json& content, const Json& provenance,
                   bool anyway, const std::filesystem::path& folder);

/// The threads that a record was made with; 0 where it does not say.
int threads_of(const Json& record);

/// The engine that a record says was asked for.
std::string engine_of(const Json& record);

}  // namespace strata
