#include "strata/run/recorder.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "strata/record/record.hpp"
#include "strata/record/seal.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/train/training_state.hpp"

namespace strata {
namespace {

constexpr const char* kRoom = "record.room";

double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

Recorder::Recorder(RunFolder folder, Json head)
    : folder_(std::move(folder)), record_(std::move(head)), started_(clock_seconds()) {
  record_["stages"] = Json::array();
  record_["metrics"] = Json::object();
  record_["notes"] = Json::array();
  record_["timing"] = {{"start", utc_now()}};
  record_["legs"] = {{{"start", utc_now()}, {"end", nullptr}, {"status", "running"}}};
  folder_.prepare();
  crash_.emplace(folder_.place() / "record.json");
  prepare_for_crash();
}

Recorder::~Recorder() {
  if (!begun()) folder_.leave();
}

void Recorder::begin() {
  folder_.begin();
  begun_ = true;
  save();
}

void Recorder::resume(const Json& before, size_t stages, const Json& from) {
  for (size_t i = 0; i < stages; ++i) record_["stages"].push_back(before["stages"][i]);
  if (before["stages"].size() > stages && before["stages"][stages].contains("continued_from"))
    say_of_next_stage({{"continued_from", before["stages"][stages]["continued_from"]}});
  for (const Json& note : before.value("notes", Json::array()))
    for (const Json& stage : record_["stages"])
      if (note.value("stage", Json()) == stage["name"]) record_["notes"].push_back(note);
  record_["figures"] = before.value("figures", Json::object());  // of the stages that are done, too
  Json legs = before.value("legs", Json::array());
  for (Json& leg : legs)
    if (leg["status"] == "running") leg["status"] = "killed";
  record_["legs"].back()["from"] = from;
  legs.push_back(record_["legs"].back());
  record_["legs"] = legs;
  record_["timing"]["start"] = before["timing"]["start"];
  if (before.contains("resumed_anyway") && !record_.contains("resumed_anyway"))
    record_["resumed_anyway"] = before["resumed_anyway"];
  folder_.go_on();
  begun_ = true;
  save();
}

void Recorder::check() const {
  std::error_code error;
  if (saved_ && !std::filesystem::exists(folder_.place() / "record.json", error) && !error)
    throw RunError(fmt::format("cannot go on in {}: the folder was removed or replaced meanwhile",
                               folder_.place().string()));
  folder_.check();
}

void Recorder::note(const std::string& kind, const std::string& stage, const std::string& text) {
  Json note = {{"kind", kind}};
  if (!stage.empty()) note["stage"] = stage;
  note["text"] = text;
  record_["notes"].push_back(note);
}

void Recorder::stage_started(const StageSpec& spec) {
  add_stage(spec, {});
  save();
}

void Recorder::stage_resumed(const StageSpec& spec, const StageResult& so_far) {
  add_stage(spec, so_far.epochs);
  save();
}

void Recorder::add_stage(const StageSpec& spec, const std::vector<EpochResult>& epochs) {
  stage_started_ = clock_seconds();
  Json stage = spec.dump();
  stage["status"] = "running";
  stage["epochs"] = Json::array();
  for (const EpochResult& epoch : epochs) stage["epochs"].push_back(dump_epoch(epoch));
  stage.update(std::exchange(of_next_stage_, Json::object()));
  record_["stages"].push_back(std::move(stage));
  for (const FigureInfo& figure : stage_figures(spec)) declare(figure, spec.target);
  if (spec.kind == StageKind::pretrain)  // the run's own are of images, through all pairs
    for (const Slot<Metric>& metric : spec.metrics)
      for (const FigureInfo& figure : make(metric)->figures(Target::pixels))
        declare(figure, Target::pixels);
}

void Recorder::declare(const FigureInfo& figure, Target target) {
  Json entry = figure.dump();
  entry["of"] = target_name(target);
  record_["figures"][figure.key] = entry;
}

void Recorder::epoch_done(const StageSpec&, const EpochResult& epoch) {
  check();
  record_["stages"].back()["epochs"].push_back(dump_epoch(epoch));
}

void Recorder::stage_done(const StageEnd& end) {
  close_stage(end.result,
              {{"seconds", clock_seconds() - stage_started_}, {"weights", end.weights}});
}

void Recorder::weights_so_far(const StageResult& result, const Json& weights) {
  Json& stage = record_["stages"].back();
  stage["weights"] = weights;
  if (stage.contains("selection")) stage["selection"]["epoch"] = result.epochs[result.kept].epoch;
}

void Recorder::stage_reused(const StageResult& result, const Json& facts) {
  say_of_next_stage({{"key", facts.at("key")}});  // where a stage that was trained has it
  add_stage(result.spec, result.epochs);
  close_stage(result, facts);
}

void Recorder::close_stage(const StageResult& result, const Json& facts) {
  Json& stage = record_["stages"].back();
  stage["status"] = "completed";
  stage["engine"] = result.engine;
  if (stage.contains("selection")) stage["selection"]["epoch"] = result.epochs[result.kept].epoch;
  stage.update(facts);
  save();
}

void Recorder::prepare_end() {
  check();
  if (!begun()) begin();
  remove_file(folder_.place() / kRoom);
}

void Recorder::run_done(const std::string& status, const std::string& error) {
  check();
  crash_->forget();
  record_ = closed(status, error.empty() ? Json(nullptr) : Json(error));
  record_["files"] = files_beside(folder_.place());
  save();
  if (status == "completed") folder_.complete();
}

Json Recorder::closed(const std::string& status, const Json& error) const {
  Json record = record_;
  record["status"] = status;
  record["error"] = error;
  double training = 0, reused = 0;
  for (Json& stage : record["stages"]) {
    if (stage["status"] == "running") {
      stage["status"] = status;
      stage["seconds"] = clock_seconds() - stage_started_;
    }
    const auto before = stage.value("/continued_from/epochs"_json_pointer, int64_t{0});
    for (const Json& epoch : stage["epochs"]) {
      const auto seconds = epoch["seconds"].get<double>();
      training += seconds;
      if (stage.contains("reused_from") || epoch["epoch"] <= before) reused += seconds;
    }
  }
  record["legs"].back()["end"] = utc_now();
  record["legs"].back()["status"] = status;
  record["timing"]["end"] = utc_now();
  record["timing"]["seconds"] = clock_seconds() - started_;
  record["timing"]["training_seconds"] = training;
  if (reused > 0) record["timing"]["reused_seconds"] = reused;
  record["peak_memory_bytes"] = peak_memory_bytes();
  return record;
}

void Recorder::prepare_for_crash() {
  const std::string mark = "@what happened@";
  std::string place;
  if (!record_["stages"].empty())
    place = fmt::format(", in stage '{}'", record_["stages"].back()["name"].get<std::string>());
  crash_->prepare(record_text(closed("failed", "its process crashed: " + mark + place)), mark);
}

void Recorder::save() {
  check();
  const std::string text = sealed_text(record_);
  write_file_atomically(folder_.place() / "record.json", text);
  saved_ = true;
  if (record_["status"] != "running") return;
  keep_room(text.size());
  prepare_for_crash();
}

/// So that a disk that fills up meanwhile has room for the last record and the last events, however
/// many epochs there will be. `bytes`: of the record so far.
void Recorder::keep_room(size_t bytes) {
  constexpr size_t least = size_t{64} << 10;
  if (bytes + least <= room_) return;
  room_ = 2 * bytes + least;
  reserve_file(folder_.place() / kRoom, room_);
}

}  // namespace strata
