#include "strata/report/reading/shown_record.hpp"

#include <fmt/format.h>

#include <optional>
#include <sstream>
#include <string>

#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/reading/record_shape.hpp"
#include "strata/support/files.hpp"
#include "strata/support/parse_json.hpp"

namespace strata {
namespace {

/// The record's stage that an event is of; nullptr where it says none. The record has every stage
/// that has begun, but for the moment before it is saved.
Json* stage_of(Json& record, const Json& event) {
  const Json& name = json_at(event, {"stage"});
  for (Json& stage : record["stages"])
    if (json_at(stage, {"name"}) == name) return &stage;
  return nullptr;
}

void add_epoch(Json& epochs, Json event) {
  if (json_at(event, {"epoch"}) != epochs.size() + 1) return;  // or the record has it
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

std::string events_text(const std::filesystem::path& folder) {
  try {
    return read_file(folder / "events.jsonl");
  } catch (const FileError&) {  // it may not have come to write any
    return "";
  }
}

}  // namespace

void add_progress(const std::filesystem::path& path, Json& record) {
  if (record["status"] != "running") return;
  const auto folder = std::filesystem::weakly_canonical(path).parent_path();
  std::istringstream events(events_text(folder));
  for (std::string line; std::getline(events, line);) {
    std::optional<Json> event = parse_json(line);
    if (!event) continue;  // the last one of a process that was killed
    const Json& what = json_at(*event, {"event"});
    Json* stage = stage_of(record, *event);
    if (stage == nullptr) continue;
    Json& epochs = (*stage)["epochs"];
    const Json& done = json_at(*event, {"epochs"});
    if (what == "stage_resumed" && done.is_number_unsigned())
      while (epochs.size() > done) epochs.erase(epochs.size() - 1);
    if (what == "epoch_done") add_epoch(epochs, std::move(*event));
  }
  check_shape(path, record);
  record["reached"] = place_text(record);
  if (is_at_work(folder)) return;
  record["status"] = "killed";
  for (Json& stage : record["stages"])
    if (json_at(stage, {"status"}) == "running") stage["status"] = "killed";
}

Json read_shown_record(const std::filesystem::path& path) {
  Json record = read_record(path);
  check_shape(path, record);
  add_progress(path, record);
  const std::string reached = json_text(json_at(record, {"reached"}));
  if (record["status"] == "killed")
    record["error"] =
        fmt::format("its process is gone, {}; the same command starts it again", reached);
  else if (!reached.empty())
    record["error"] = reached;
  return record;
}

}  // namespace strata
