#include "strata/report/reading/stage_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "strata/report/reading/json_access.hpp"

namespace strata {
namespace {

constexpr const char* settings_of_a_stage[] = {"loss",       "optimizer", "epochs",
                                               "corruption", "penalties", "freeze"};

/// What stage k takes instead of the common setting; null where it takes that.
const Json& own(const Json& pretrain, size_t k, const char* name) {
  const Json& stages = json_at(pretrain, {"stages"});
  static const Json none;
  return stages.is_array() && k < stages.size() ? json_at(stages[k], {name}) : none;
}

/// What stage k is trained with; null where that is none.
Json used(const Json& pretrain, size_t k, const char* name) {
  const Json& value = own(pretrain, k, name);
  if (!value.is_null()) return value;
  const Json& common = json_at(pretrain, {name});
  const bool by_stage = std::string(name) == "epochs" && common.is_array();
  return !by_stage ? common : k < common.size() ? common[k] : Json();
}

bool all_alike(const std::vector<Json>& values) {
  return std::all_of(values.begin(), values.end(),
                     [&](const Json& value) { return value == values[0]; });
}

/// Settles one setting; `entries` takes what single stages have of their own.
void settle(Json& pretrain, const char* name, size_t stages, std::vector<Json>& entries) {
  std::vector<Json> values;
  bool all_own = true;
  for (size_t k = 0; k < stages; ++k) {
    values.push_back(used(pretrain, k, name));
    all_own &= !own(pretrain, k, name).is_null();
  }
  const bool epochs = std::string(name) == "epochs";
  const bool by_stage = epochs && (all_own || json_at(pretrain, {name}).is_array());
  if (!all_alike(values) && by_stage) {
    pretrain[name] = values;
    return;
  }
  if (all_own || by_stage || all_alike(values)) pretrain[name] = values[0];
  for (size_t k = 0; k < stages; ++k)
    if (values[k] != pretrain[name]) entries[k][name] = values[k];
}

}  // namespace

size_t pretraining_stages(const Json& record) {
  size_t pretrained = 0;
  bool beyond = json_at(record, {"status"}) == "completed";
  for (const Json& stage : json_at(record, {"stages"})) {
    const bool pretrains = json_at(stage, {"kind"}) == "pretrain";
    pretrained += pretrains ? 1 : 0;
    beyond |= !pretrains;
  }
  if (beyond) return pretrained;
  const bool whole = json_at(record, {"config", "pretrain", "strategy", "type"}) == "end_to_end";
  return whole ? 1 : json_at(record, {"config", "encoder"}).size();
}

void settle_stages(Json& pretrain, size_t stages) {
  const Json& given = json_at(pretrain, {"stages"});
  const Json& epochs = json_at(pretrain, {"epochs"});
  if (given.empty() && !epochs.is_array()) return;
  stages = std::max({stages, given.size(), epochs.is_array() ? epochs.size() : 0});
  std::vector<Json> entries(stages, Json::object());
  for (const char* name : settings_of_a_stage)
    if (pretrain.contains(name)) settle(pretrain, name, stages, entries);
  while (!entries.empty() && entries.back().empty()) entries.pop_back();
  if (!entries.empty() || pretrain.contains("stages")) pretrain["stages"] = entries;
}

namespace {

/// By stage: what some configuration has of its own.
using OwnSettings = std::vector<std::set<std::string>>;

OwnSettings own_settings(const std::vector<Json>& configs) {
  OwnSettings found;
  for (const Json& config : configs) {
    const Json& pretrain = json_at(config, {"pretrain"});
    found.resize(std::max(found.size(), json_at(pretrain, {"stages"}).size()));
    for (size_t k = 0; k < found.size(); ++k)
      for (const char* name : settings_of_a_stage)
        if (!own(pretrain, k, name).is_null()) found[k].insert(name);
  }
  return found;
}

std::string path_of(size_t stage, const std::string& name) {
  return fmt::format("pretrain.stages[{}].{}", stage, name);
}

/// By path: whether a stage takes the common setting there.
using TakesCommon = std::map<std::string, bool>;

/// Writes out what each stage uses wherever some configuration has a setting of a stage's own.
TakesCommon spread(Json& pretrain, size_t stages, const OwnSettings& names) {
  TakesCommon common;
  Json entries = Json::array();
  for (size_t k = 0; k < names.size(); ++k) {
    entries.push_back(k < stages ? Json::object() : Json());  // null: plays no part
    for (const char* name : settings_of_a_stage) {
      if (k >= stages || names[k].count(name) == 0) continue;
      entries[k][name] = used(pretrain, k, name);
      common[path_of(k, name)] = own(pretrain, k, name).is_null();
    }
  }
  pretrain["stages"] = entries;
  return common;
}

/// A stage that takes the common setting has no value under its own, unless "" is the value of
/// another's.
void blank_common(VaryingSettings& varying, const OwnSettings& names,
                  const std::vector<TakesCommon>& common) {
  for (size_t stage = 0; stage < names.size(); ++stage)
    for (const std::string& name : names[stage])
      for (size_t k = 0; k < varying.keys.size(); ++k) {
        const std::string path = path_of(stage, name);
        if (!lies_in(varying.keys[k], path)) continue;
        std::vector<size_t> rows;
        bool clear = true;
        for (size_t i = 0; i < common.size(); ++i) {
          const auto takes = common[i].find(path);
          if (takes == common[i].end()) continue;
          if (takes->second)
            rows.push_back(i);
          else
            clear &= !varying.values[i][k].empty();
        }
        for (const size_t i : rows)
          if (clear) varying.values[i][k].clear();
      }
}

}  // namespace

VaryingSettings varying_by_stage(std::vector<Json>& configs, const std::vector<size_t>& stages) {
  const OwnSettings names = own_settings(configs);
  if (names.empty()) return varying_settings(configs);
  std::vector<TakesCommon> common(configs.size());
  for (size_t i = 0; i < configs.size(); ++i)
    if (json_at(configs[i], {"pretrain"}).is_object() && stages[i] > 0)
      common[i] = spread(configs[i]["pretrain"], stages[i], names);
  VaryingSettings varying = varying_settings(configs);
  blank_common(varying, names, common);
  return varying;
}

}  // namespace strata
