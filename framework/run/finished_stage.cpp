#include "strata/run/finished_stage.hpp"

#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/safetensors.hpp"
#include "strata/train/training_state.hpp"

namespace strata {
namespace fs = std::filesystem;

std::vector<std::string> blocks_of(const StageSpec& spec) {
  std::vector<std::string> blocks = spec.prefix;
  blocks.insert(blocks.end(), spec.blocks.begin(), spec.blocks.end());
  return blocks;
}

Json write_weights(const fs::path& folder, const StageSpec& spec, const Stack& stack) {
  const std::string file = weights_file(spec),
                    bytes = to_safetensors(stack.tensors(blocks_of(spec)));
  write_file_atomically(folder / file, bytes);
  return {{"file", file}, {"sha256", sha256_hex(bytes)}, {"bytes", bytes.size()}};
}

std::string weights_file(const StageSpec& spec) {
  return "weights/" + spec.name + ".safetensors";
}

FinishedStage read_stage(const fs::path& folder, const Json& recorded) {
  const Json& weights = recorded.at("weights");
  FinishedStage stage;
  stage.name = recorded.at("name").get<std::string>();
  stage.file = folder / "weights" / fs::path(weights.at("file").get<std::string>()).filename();
  const std::string bytes = read_file(stage.file);
  if (sha256_hex(bytes) != weights.at("sha256"))
    throw UserError(stage.file.string() + ": it is not the file that the record describes");
  stage.weights = from_safetensors(bytes, stage.file.string());
  stage.recorded = recorded;
  return stage;
}

StageResult recorded_result(const StageSpec& spec, const Json& stage) {
  StageResult result{spec, true, {}};
  for (const Json& epoch : stage.at("epochs")) result.epochs.push_back(parse_epoch(epoch));
  if (result.epochs.empty()) throw UserError("stage '" + spec.name + "' has no epochs");
  result.kept = result.epochs.size() - 1;
  const Json::json_pointer chosen("/selection/epoch");
  if (spec.keeps_best() && stage.contains(chosen)) result.kept = stage.at(chosen).get<size_t>() - 1;
  if (result.kept >= result.epochs.size())
    throw UserError("stage '" + spec.name + "' keeps an epoch that it does not have");
  result.engine = stage.value("engine", Json());
  return result;
}

}  // namespace strata
