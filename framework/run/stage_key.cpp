#include "strata/run/stage_key.hpp"

#include <algorithm>
#include <set>

#include "strata/run/identity.hpp"
#include "strata/support/sha256.hpp"

namespace strata {
namespace {

std::shared_ptr<Schedule> schedule_of(const StageSpec& spec) {
  return make(make(spec.optimizer)->common().schedule);
}

/// The metrics whose figures decide something in a stage.
Json deciding_metrics(const StageSpec& spec) {
  std::set<std::string> followed;
  if (const auto figure = spec.chosen_by()) followed.insert(figure_key(figure->metric, spec));
  if (const auto figure = schedule_of(spec)->follows())
    followed.insert(figure_key(figure->metric, spec));
  Json list = Json::array();
  for (const Slot<Metric>& metric : spec.metrics) {
    const auto figures = make(metric)->figures(spec.target);
    if (std::any_of(figures.begin(), figures.end(),
                    [&](const FigureInfo& f) { return followed.count(f.key) > 0; }))
      list.push_back(metric.dump());
  }
  return list;
}

Json key_of_stage(const StageSpec& spec) {
  Json json = spec.dump();
  json["settings"]["metrics"] = deciding_metrics(spec);
  return json;
}

/// A block as the file has it, and as its layers were placed: what is not written may depend on
/// what comes before.
Json key_of_block(const Plan& plan, const std::string& name) {
  const Experiment& settings = plan.experiment;
  const auto dump = [](const LayerList& layers) {
    Json list = Json::array();
    for (const Slot<Layer>& layer : layers) list.push_back(layer.dump());
    return list;
  };
  Json written = nullptr;
  for (size_t k = 0; k < settings.encoder.size(); ++k) {
    if (name == encoder_block(k)) written = dump(settings.encoder[k]);
    if (name == decoder_block(k) && settings.decoder) written = dump(settings.decoder->at(k));
  }
  if (name == head_block()) written = dump(settings.classify->head);
  Json placed = Json::array();
  for (const PlacedLayer& layer : plan.stack->block(name).layers)
    placed.push_back({layer.name, layer.type, layer.input, layer.output, layer.tied_to});
  return {{"written", written}, {"placed", placed}};
}

}  // namespace

Json common_of_keys(const Experiment& settings, const std::vector<std::string>& data_folders,
                    const Json& content, const Json& provenance) {
  Json common = {{"settings", settings_without_paths(settings, data_folders)},
                 {"data", content.at("data")},
                 {"strata", content.at("strata")},
                 {"machine", machine_facts(provenance)}};
  for (const char* part : {"device", "encoder", "decoder", "pretrain", "classify"})
    common["settings"].erase(part);  // the machine, stages and blocks say it
  return common;
}

std::string stage_key(const Json& common, const Plan& plan, const std::vector<StageSpec>& stages,
                      bool any_length) {
  std::set<std::string> blocks;
  Json whole = {{"common", common}, {"stages", Json::array()}, {"blocks", Json::object()}};
  for (const StageSpec& spec : stages) {
    whole["stages"].push_back(key_of_stage(spec));
    blocks.insert(spec.prefix.begin(), spec.prefix.end());
    blocks.insert(spec.blocks.begin(), spec.blocks.end());
  }
  if (any_length) whole["stages"].back()["settings"]["epochs"] = nullptr;
  for (const std::string& block : blocks) whole["blocks"][block] = key_of_block(plan, block);
  whole["plugins"] = used_plugins(whole);
  return sha256_hex(whole.dump());
}

bool depends_on_length(const StageSpec& spec) {
  return schedule_of(spec)->uses_length() || make(spec.optimizer)->uses_length();
}

}  // namespace strata
