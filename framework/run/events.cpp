#include "strata/run/events.hpp"

#include "strata/run/recorder.hpp"
#include "strata/train/training_state.hpp"

namespace strata {

void Events::run_started(const ObservedRun& run) {
  log_.emplace(run.folder / "events.jsonl");
  append({{"event", run.resumed ? "run_resumed" : "run_started"}, {"run_id", run.run_id}});
}

void Events::stage_started(const StageSpec& stage) {
  append({{"event", "stage_started"}, {"stage", stage.name}});
}

void Events::stage_resumed(const StageSpec& stage, const StageResult& so_far) {
  append({{"event", "stage_resumed"}, {"stage", stage.name}, {"epochs", so_far.epochs.size()}});
}

void Events::epoch_done(const StageSpec& stage, const EpochResult& epoch) {
  Json event = {{"event", "epoch_done"}, {"stage", stage.name}};
  event.update(dump_epoch(epoch));
  append(std::move(event));
}

void Events::stage_done(const StageEnd& end) {
  append({{"event", "stage_done"}, {"stage", end.result.spec.name}});
}

void Events::noted(const std::string& stage, const std::string& text) {
  append({{"event", "noted"}, {"stage", stage}, {"text", text}});
}

void Events::run_done(const std::string& status, const std::string& error) {
  append({{"event", "run_done"},
          {"status", status},
          {"error", error.empty() ? Json(nullptr) : Json(error)}});
}

void Events::append(Json event) {
  if (!log_) return;  // the run never began
  event["time"] = utc_now();
  log_->append(event.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace strata
