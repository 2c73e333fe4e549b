#include "strata/report/reading/shown_record.hpp"

#include <fmt/format.h>

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

std::string events_text(const std::filesystem::path& folder) {
  try {
    return read_file(folder / "events.jsonl");
  } catch (const FileError&) {  // it may not have come to write any
    return "";
  }
}

}  // namespace

ReachedPlace place_reached(const std::filesystem::path& folder) {
  ReachedPlace place;
  std::string stage;
  int64_t epochs = 0;
  std::istringstream events(events_text(folder));
  for (std::string line; std::getline(events, line);) {
    const auto event = parse_json(line);
    if (!event) continue;  // the last one of a process that was killed
    const Json& what = json_at(*event, {"event"});
    if (what == "stage_started") stage = json_text(json_at(*event, {"stage"})), epochs = 0;
    if (what == "stage_resumed") {
      stage = json_text(json_at(*event, {"stage"}));
      const Json& done = json_at(*event, {"epochs"});
      epochs = done.is_number_integer() ? done.get<int64_t>() : 0;
    }
    if (what == "epoch_done") ++epochs, place.began = true;
  }
  place.text = stage.empty() ? "before its first stage"
                             : fmt::format("in stage '{}' after {} epoch{}", stage, epochs,
                                           epochs == 1 ? "" : "s");
  return place;
}

Json read_shown_record(const std::filesystem::path& path) {
  Json record = read_record(path);
  check_shape(path, record);
  if (record["status"] != "running") return record;
  const std::filesystem::path folder = std::filesystem::canonical(path).parent_path();
  const std::string place = place_reached(folder).text;
  if (is_at_work(folder)) {
    record["error"] = place;
    return record;
  }
  record["status"] = "killed";
  record["error"] = fmt::format("its process is gone, {}; the same command starts it again", place);
  for (Json& stage : record["stages"])
    if (json_at(stage, {"status"}) == "running") stage["status"] = "killed";
  return record;
}

}  // namespace strata
