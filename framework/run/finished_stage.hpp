#pragma once
// A stage that was trained before, as a run's folder holds it. Implemented in finished_stage.cpp.
#include <filesystem>
#include <string>
#include <vector>

#include "strata/core/stage.hpp"
#include "strata/core/tensor.hpp"
#include "strata/support/json.hpp"
#include "strata/train/stack.hpp"

namespace strata {

struct FinishedStage {
  std::string name;
  std::filesystem::path file;      ///< of its weights
  std::vector<Parameter> weights;  ///< on the CPU
  Json recorded;                   ///< as the record has it
};

/// The blocks that a stage's weights file holds.
std::vector<std::string> blocks_of(const StageSpec& spec);

/// "weights/pretrain-1.safetensors"
std::string weights_file(const StageSpec& spec);

/// Writes what the stack holds of them into "weights" in a run's folder. What the record says of
/// the file: its name there, SHA-256 and bytes.
Json write_weights(const std::filesystem::path& folder, const StageSpec& spec, const Stack& stack);

/// A stage that a record calls complete, read from its run's folder. Throws UserError where its
/// weights are not those of the record.
FinishedStage read_stage(const std::filesystem::path& folder, const Json& recorded);

/// A stage's results, as its record has them. Throws UserError where that cannot be.
StageResult recorded_result(const StageSpec& spec, const Json& stage);

}  // namespace strata
