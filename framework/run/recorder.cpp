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
  if (auto lock = FolderLock::try_take(folder)) {
    remove_leftovers(folder);
    return std::move(*lock);
  }
  throw RunError(fmt::format(
      "another process is running this experiment, into {}; wait for it, or give --out another "
      "folder",
      folder.string()));
}

}  // namespace

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

Recorder::Recorder(std::filesystem::path folder, Json head)
    : folder_(std::move(folder)),
      lock_(take(folder_)),
      record_(std::move(head)),
      started_(clock_seconds()),
      crash_(folder_ / "record.json") {
  record_["status"] = "running";
  record_["error"] = nullptr;
  record_["stages"] = Json::array();
  record_["metrics"] = Json::object();
  record_["timing"] = {{"start", utc_now()}};
  save();
}

void Recorder::stage_started(const StageSpec& spec) {
  stage_started_ = clock_seconds();
  Json stage = spec.dump();
  stage["status"] = "running";
  stage["epochs"] = Json::array();
  record_["stages"].push_back(stage);
  prepare_for_crash();
}

void Recorder::epoch_done(const StageSpec&, const EpochResult& epoch) {
  record_["stages"].back()["epochs"].push_back(epoch.dump());
}

void Recorder::stage_done(const StageEnd& end) {
  Json& stage = record_["stages"].back();
  stage["status"] = "completed";
  stage["seconds"] = clock_seconds() - stage_started_;
  stage["weights"] = end.weights;
  const StageResult& result = end.result;
  if (stage.contains("selection")) stage["selection"]["epoch"] = result.epochs[result.kept].epoch;
  save();
}

void Recorder::run_done(const std::string& status, const std::string& error) {
  crash_.forget();
  record_ = closed(status, error.empty() ? Json(nullptr) : Json(error));
  save();
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

void Recorder::save() {
  save_record(folder_ / "record.json", record_);
  if (record_["status"] == "running") prepare_for_crash();
}

}  // namespace strata
