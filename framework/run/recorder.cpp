#include "strata/run/recorder.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "strata/record/record.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

FolderLock take(const std::filesystem::path& folder) {
  make_folder(folder);
  if (auto lock = FolderLock::try_take(folder)) return std::move(*lock);
  throw RunError(fmt::format(
      "another process is running this experiment, into {}; wait for it, or give --out another "
      "folder",
      folder.string()));
}

/// The file of events, without those of a run that was here before; what that one left unfinished
/// goes too.
std::filesystem::path fresh_events(const std::filesystem::path& folder) {
  remove_leftovers(folder);
  const auto path = folder / "events.jsonl";
  std::error_code ignored;  // what stands in the way is reported where the file is created
  std::filesystem::remove(path, ignored);
  return path;
}

}  // namespace

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

Recorder::Recorder(std::filesystem::path folder, Json head)
    : folder_(std::move(folder)),
      lock_(take(folder_)),
      record_(std::move(head)),
      events_(fresh_events(folder_)),
      started_(clock_seconds()),
      crash_(folder_ / "record.json") {
  record_["status"] = "running";
  record_["error"] = nullptr;
  record_["stages"] = Json::array();
  record_["metrics"] = Json::object();
  record_["timing"] = {{"start", utc_now()}};
  save();
  event({{"event", "run_started"}, {"run_id", record_["run_id"]}});
}

void Recorder::stage_started(const StageSpec& spec) {
  stage_started_ = clock_seconds();
  Json stage = spec.dump();
  stage["status"] = "running";
  stage["epochs"] = Json::array();
  record_["stages"].push_back(stage);
  event({{"event", "stage_started"}, {"stage", spec.name}});
  prepare_for_crash();
}

void Recorder::epoch_done(const StageSpec& spec, const EpochResult& epoch) {
  const Json entry = {{"epoch", epoch.epoch},     {"loss", epoch.loss},
                      {"terms", epoch.terms},     {"learning_rate", epoch.learning_rate},
                      {"seconds", epoch.seconds}, {"samples_per_second", epoch.samples_per_second},
                      {"metrics", epoch.metrics}};
  record_["stages"].back()["epochs"].push_back(entry);
  Json event_entry = {{"event", "epoch_done"}, {"stage", spec.name}};
  event_entry.update(entry);
  event(std::move(event_entry));
}

void Recorder::stage_done(const StageResult& result, const Json& weights) {
  Json& stage = record_["stages"].back();
  stage["status"] = "completed";
  stage["seconds"] = clock_seconds() - stage_started_;
  stage["weights"] = weights;
  stage["engine"] = result.engine;
  if (stage.contains("selection")) stage["selection"]["epoch"] = result.epochs[result.kept].epoch;
  event({{"event", "stage_done"}, {"stage", stage["name"]}});
  save();
}

void Recorder::finish(const std::string& status, const Json& error) {
  crash_.forget();
  record_ = closed(status, error);
  save();  // first: where the disk is full, an event has no room left, but the old record's
  event({{"event", "run_done"}, {"status", status}, {"error", error}});
}

Json Recorder::closed(const std::string& status, const Json& error) const {
  Json record = record_;
  record["status"] = status;
  record["error"] = error;
  double training = 0;
  for (Json& stage : record["stages"]) {
    if (stage["status"] == "running") {
      stage["status"] = status;
      stage["seconds"] = clock_seconds() - stage_started_;
    }
    for (const Json& epoch : stage["epochs"]) training += epoch["seconds"].get<double>();
  }
  record["timing"]["end"] = utc_now();
  record["timing"]["seconds"] = clock_seconds() - started_;
  record["timing"]["training_seconds"] = training;
  record["peak_memory_bytes"] = peak_memory_bytes();
  return record;
}

void Recorder::prepare_for_crash() {
  const std::string mark = "@what happened@";
  std::string place;
  if (!record_["stages"].empty())
    place = fmt::format(", in stage '{}'", record_["stages"].back()["name"].get<std::string>());
  crash_.prepare(record_text(closed("failed", "its process crashed: " + mark + place)), mark);
}

void Recorder::event(Json event) {
  event["time"] = utc_now();
  events_.append(event.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Recorder::save() {
  save_record(folder_ / "record.json", record_);
  if (record_["status"] == "running") prepare_for_crash();
}

}  // namespace strata
