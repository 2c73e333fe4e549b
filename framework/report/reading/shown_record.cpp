#include "strata/report/reading/shown_record.hpp"

#include <fmt/format.h>

#include <string>

#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/reading/record_shape.hpp"
#include "strata/report/reading/run_tags.hpp"

namespace strata {
namespace {

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
  const auto folder = std::filesystem::weakly_canonical(path).parent_path();
  record["reached"] = place_text(record);
  if (is_at_work(folder)) return;
  record["status"] = "killed";
  for (Json& stage : record["stages"])
    if (json_at(stage, {"status"}) == "running") stage["status"] = "killed";
}

void add_tags(const std::filesystem::path& path, Json& record) {
  RunTags said = read_tags(path.parent_path());
  if (said.note.empty()) said.note = json_text(json_at(record, {"config", "note"}));
  record["tags"] = said.tags;
  record["note"] = said.note;
}

Json read_shown_record(const std::filesystem::path& path) {
  Json record = read_record(path);
  check_shape(path, record);
  add_progress(path, record);
  add_tags(path, record);
  const std::string reached = json_text(json_at(record, {"reached"}));
  if (record["status"] == "killed")
    record["error"] =
        fmt::format("its process is gone, {}; the same command starts it again", reached);
  else if (!reached.empty())
    record["error"] = reached;
  return record;
}

}  // namespace strata
