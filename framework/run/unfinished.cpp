#include "strata/run/unfinished.hpp"

#include <fmt/format.h>

#include "strata/record/record.hpp"
#include "strata/run/identity.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/sha256.hpp"
#include "strata/train/safetensors.hpp"
#include "strata/train/training_state.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

std::string text_at(const Json& value, const Json::json_pointer& place) {
  const Json found = value.contains(place) ? value.at(place) : Json();
  return found.is_string() ? found.get<std::string>() : found.dump();
}

/// The weights of a stage that the record calls complete. Throws UserError.
std::vector<Parameter> weights_of(const fs::path& folder, const Json& stage) {
  const Json& weights = stage.at("weights");
  const fs::path file = folder / "weights" / fs::path(weights.at("file")).filename();
  const std::string bytes = read_file(file);
  if (sha256_hex(bytes) != weights.at("sha256"))
    throw UserError(file.string() + ": it is not the file that the record describes");
  return from_safetensors(bytes, file.string());
}

}  // namespace

std::optional<UnfinishedRun> find_unfinished(const fs::path& folder) {
  std::error_code none;
  if (!fs::exists(folder / "record.json", none)) return std::nullopt;
  UnfinishedRun run;
  try {
    run.record = read_record(folder / "record.json");
    const std::string status = run.record.at("status");
    if (status == "completed" || status == "diverged" || !run.record.contains("content"))
      return std::nullopt;
    for (const Json& stage : run.record.at("stages")) {
      if (stage.at("status") != "completed") break;
      run.stages.push_back({stage.at("name"), weights_of(folder, stage), stage});
    }
  } catch (const UserError& e) {
    run.damage = e.what();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
  if (run.stages.empty() && !fs::exists(folder / "checkpoint", none)) return std::nullopt;
  return run;
}

std::vector<Difference> differences(const Json& record, const Json& content,
                                    const Json& provenance) {
  std::vector<Difference> found;
  const Json& then = record.at("provenance");
  for (const std::string& part : differing_parts(record.at("content"), content))
    found.push_back(part == "strata"
                        ? Difference{part, text_at(then, "/strata/commit"_json_pointer),
                                     text_at(provenance, "/strata/commit"_json_pointer)}
                        : Difference{part, "other", "other"});
  for (const char* place : {"/cpu", "/threads", "/device", "/gpu", "/libtorch", "/blas/name",
                            "/blas/threads", "/onednn", "/engine"}) {
    const Json::json_pointer at(place);
    const std::string before = text_at(then, at), now = text_at(provenance, at);
    if (before != now) found.push_back({std::string(place).substr(1), before, now});
  }
  return found;
}

int threads_of(const Json& record) {
  const Json::json_pointer place("/provenance/threads");
  return record.contains(place) && record.at(place).is_number_integer()
             ? record.at(place).get<int>()
             : 0;
}

std::string engine_of(const Json& record) {
  return record.at("provenance").value("engine", std::string("auto"));
}

StageResult recorded_result(const StageSpec& spec, const Json& stage) {
  StageResult result{spec, true, {}};
  for (const Json& epoch : stage.at("epochs")) result.epochs.push_back(parse_epoch(epoch));
  if (result.epochs.empty()) throw UserError("stage '" + spec.name + "' has no epochs");
  result.kept = result.epochs.size() - 1;
  const Json::json_pointer chosen("/selection/epoch");
  if (spec.keeps_best() && stage.contains(chosen)) result.kept = stage.at(chosen).get<size_t>() - 1;
  result.engine = stage.value("engine", Json());
  return result;
}

}  // namespace strata
