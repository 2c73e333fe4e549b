#include "strata/report/reading/shown_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "strata/record/record.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/reading/record_shape.hpp"
#include "strata/support/lock.hpp"

namespace strata {
namespace {

/// The stage that an event is of; nullptr where it says none.
Json* stage_of(Json& record, const Json& event) {
  const Json& name = json_at(event, {"stage"});
  if (!name.is_string()) return nullptr;
  Json& stages = record["stages"];
  const auto found = std::find_if(stages.begin(), stages.end(),
                                  [&](const Json& s) { return json_at(s, {"name"}) == name; });
  if (found != stages.end()) return &*found;
  Json stage = json_at(event, {"spec"});
  if (!stage.is_object()) stage = Json::object();
  stage["name"] = name;
  stage["status"] = "running";
  stage["epochs"] = Json::array();
  stages.push_back(std::move(stage));
  return &stages.back();
}

void add_epoch(Json& stage, Json event) {
  const Json& number = json_at(event, {"epoch"});
  Json& epochs = stage["epochs"];
  if (!epochs.is_array() || number != epochs.size() + 1) return;  // or the record has it
  for (const char* key : {"event", "stage", "time"}) event.erase(key);
  epochs.push_back(std::move(event));
}

std::string place_text(const Json& record) {
  const Json& stages = record["stages"];
  if (stages.empty()) return "before its first stage";
  const Json& epochs = json_at(stages.back(), {"epochs"});
  std::string text =
      fmt::format("in stage '{}' after {} epoch{}", json_text(json_at(stages.back(), {"name"})),
                  epochs.size(), epochs.size() == 1 ? "" : "s");
  if (!epochs.empty() && json_at(epochs.back(), {"loss"}).is_number())
    text += fmt::format(" (loss {:.4g})", json_number(json_at(epochs.back(), {"loss"})));
  return text;
}

}  // namespace

void add_progress(const std::filesystem::path& path, Json& record) {
  if (record["status"] != "running") return;
  const auto folder = std::filesystem::canonical(path).parent_path();
  std::ifstream file(folder / "events.jsonl");
  for (std::string line; std::getline(file, line);) {
    Json event = Json::parse(line, nullptr, false);
    const Json& what = json_at(event, {"event"});
    if (what != "stage_started" && what != "epoch_done") continue;
    Json* stage = stage_of(record, event);
    if (stage != nullptr && what == "epoch_done") add_epoch(*stage, std::move(event));
  }
  record["reached"] = place_text(record);
  if (FolderLock::held(folder)) return;
  record["status"] = "killed";
  for (Json& stage : record["stages"])
    if (json_at(stage, {"status"}) == "running") stage["status"] = "killed";
}

Json read_shown_record(const std::filesystem::path& path) {
  Json record = read_record(path);
  add_progress(path, record);
  check_shape(path, record);
  const std::string reached = json_text(json_at(record, {"reached"}));
  if (record["status"] == "killed")
    record["error"] =
        fmt::format("its process is gone, {}; the same command starts it again", reached);
  else if (!reached.empty())
    record["error"] = reached;
  return record;
}

}  // namespace strata
