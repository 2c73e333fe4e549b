#include "strata/report/reading/stage_settings.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "strata/report/reading/json_access.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

/// By kind of stage: what each was trained with.
using Phases = std::map<std::string, std::vector<Json>>;

struct Configuration {
  const ComparedRun* furthest = nullptr;
  Json config;
  Phases phases;
};

bool came_further(const ComparedRun& a, const ComparedRun& b) {
  const auto progress = [](const ComparedRun& run) {
    return std::make_tuple(run.status == "completed", run.stages, run.seed);
  };
  return progress(a) > progress(b);
}

/// Of a kind of stage.
struct StageKind {
  std::map<std::string, bool> settings;  ///< and whether it is told stage by stage
  size_t most = 0;                       ///< stages of a run
};
using StageKinds = std::map<std::string, StageKind>;

void note_differences(const Phases& phases, StageKinds& kinds) {
  for (const auto& [kind, stages] : phases) {
    kinds[kind].most = std::max(kinds[kind].most, stages.size());
    for (const Json& stage : stages)
      for (const auto& setting : stage.items()) {
        bool& differs = kinds[kind].settings[setting.key()];
        for (const Json& other : stages)
          differs |= setting.value().is_structured() &&
                     other.value(setting.key(), Json()) != setting.value();
      }
  }
}

/// What stage k of a phase has. Of a phase that no run of this configuration has reached, what the
/// file says of it; of one without stages, nothing that is used.
Json setting(const Configuration& c, const std::string& kind, const std::string& name, size_t k) {
  const auto phase = c.phases.find(kind);
  if (phase != c.phases.end())
    return k < phase->second.size() ? phase->second[k].value(name, Json()) : not_used();
  if (c.furthest->status == "completed") return not_used();
  return k == 0 ? json_at(c.config, {kind.c_str(), name.c_str()}) : not_used();
}

/// What all stages of a phase have, or a list of plain values: "pretrain.epochs" of 10 or [5, 15].
Json common_setting(const Configuration& c, const std::string& kind, const std::string& name) {
  Json values = Json::array();
  const auto phase = c.phases.find(kind);
  const size_t stages = phase == c.phases.end() ? 1 : phase->second.size();
  bool alike = true;
  for (size_t k = 0; k < stages; ++k) {
    values.push_back(setting(c, kind, name, k));
    alike &= k == 0 || values[k] == values[0];
  }
  return alike ? values[0] : values;
}

/// The configuration with the stages' settings in their phases, in the order of the file.
Json settled(const Configuration& c, const StageKinds& kinds) {
  Json config = c.config;
  for (const auto& [kind, said] : kinds) {
    Json& phase = config[kind];
    if (!phase.is_object()) phase = Json::object();
    Json stages(said.most, Json::object());
    const auto own = c.phases.find(kind);
    for (size_t k = own == c.phases.end() ? 1 : own->second.size(); k < said.most; ++k)
      stages[k] = not_used();
    bool by_stage = false;
    for (const auto& [name, differs] : said.settings) {
      by_stage |= differs;
      for (size_t k = 0; differs && k < said.most; ++k)
        if (stages[k].is_object()) stages[k][name] = setting(c, kind, name, k);
      if (differs)
        phase.erase(name);
      else
        phase[name] = common_setting(c, kind, name);
    }
    if (by_stage)
      phase["stages"] = stages;
    else
      phase.erase("stages");
  }
  return config;
}

}  // namespace

void settle(std::vector<ComparedRun>& runs) {
  std::map<std::string, Configuration> known;
  for (const ComparedRun& run : runs) {
    const ComparedRun*& furthest = known[run.config].furthest;
    if (furthest == nullptr || came_further(run, *furthest)) furthest = &run;
  }
  StageKinds kinds;
  for (auto& [text, c] : known) {
    c.config = parse_json(text).value_or(Json());
    for (const Json& stage : parse_json(c.furthest->stage_settings).value_or(Json::array()))
      c.phases[stage["kind"].get<std::string>()].push_back(stage["settings"]);
    note_differences(c.phases, kinds);
  }
  std::map<std::string, std::pair<std::shared_ptr<const Json>, std::string>> found;
  for (const auto& [text, c] : known) {
    const auto config = std::make_shared<const Json>(settled(c, kinds));
    found[text] = {config, nlohmann::json(*config).dump()};
  }
  for (ComparedRun& run : runs) std::tie(run.settings, run.settings_id) = found.at(run.config);
}

}  // namespace strata
