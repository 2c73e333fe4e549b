#include "strata/run/stage_sharing.hpp"

#include <fmt/format.h>

namespace strata {

std::string StageSharing::key(const std::vector<StageResult>& done, const StageSpec& spec,
                              bool any_length) const {
  std::vector<StageSpec> stages;
  for (const StageResult& stage : done) stages.push_back(stage.spec);
  stages.push_back(spec);
  return stage_key(common_, plan_, stages, any_length);
}

SharedStages::Source StageSharing::look(const std::vector<StageResult>& done, const StageSpec& spec,
                                        const std::function<void()>& waiting) const {
  if (!takes_) return {};
  return stages_.look(key(done, spec), spec, waiting);
}

StageSharing::Shorter StageSharing::find_shorter(const std::vector<StageResult>& done,
                                                 const StageSpec& spec) const {
  Shorter shorter;
  if (!takes_ || !is_last(spec)) return shorter;
  auto end = stages_.find_end(key(done, spec, true), spec);
  if (!end) return shorter;
  shorter.run = end->run;
  if (depends_on_length(spec))
    shorter.why_not = fmt::format(
        "{} trained it for {} epochs; it is not gone on from, as the learning rate "
        "follows the number of epochs",
        end->run, end->from.state.epochs.size());
  else
    shorter.from = std::move(end->from);
  return shorter;
}

Json StageSharing::keys(const std::vector<StageResult>& done, const StageSpec& spec) const {
  Json keys = Json::object();
  if (!gives_) return keys;
  keys["key"] = key(done, spec);
  if (is_last(spec)) keys["any_length_key"] = key(done, spec, true);
  return keys;
}

void StageSharing::add(const Json& recorded, const std::filesystem::path& run_folder) const {
  if (!gives_) return;
  for (const char* name : {"key", "any_length_key"})
    if (recorded.contains(name)) stages_.add(recorded[name].get<std::string>(), run_folder);
}

Json StageSharing::facts_of(const SharedStage& stage) {
  Json facts = {{"key", stage.recorded.at("key")},
                {"seconds", stage.recorded.at("seconds")},
                {"weights", stage.recorded.at("weights")},
                {"reused_from", {{"record", stage.run + "/record.json"}}}};
  if (stage.recorded.contains("reused_from")) facts["reused_from"] = stage.recorded["reused_from"];
  return facts;
}

}  // namespace strata
