#include "strata/run/observers.hpp"

#include "strata/support/print.hpp"

namespace strata {

void Observers::guarded(Listed& listed, const std::function<void()>& body) {
  try {
    body();
  } catch (...) {
    print_err("strata: note: {} failed and is switched off; the run goes on: {}\n", listed.name,
              current_exception_text());
    listed.observer = nullptr;
  }
}

void Observers::add(std::string name, const std::function<std::shared_ptr<Observer>()>& make) {
  Listed& listed = others_.emplace_back(Listed{std::move(name), nullptr});
  guarded(listed, [&] { listed.observer = make(); });
}

void Observers::tell(const std::function<void(Observer&)>& what) {
  what(record_);
  tell_others(what);
}

void Observers::tell_others(const std::function<void(Observer&)>& what) {
  for (Listed& listed : others_)
    if (listed.observer) guarded(listed, [&] { what(*listed.observer); });
}

void Observers::run_started(const ObservedRun& run) {
  tell([&](Observer& o) { o.run_started(run); });
}
void Observers::stage_started(const StageSpec& stage) {
  tell([&](Observer& o) { o.stage_started(stage); });
}
void Observers::stage_resumed(const StageSpec& stage, const StageResult& so_far) {
  tell([&](Observer& o) { o.stage_resumed(stage, so_far); });
}
void Observers::step_done(const StageSpec& stage, int64_t epoch, int64_t done, int64_t samples) {
  tell([&](Observer& o) { o.step_done(stage, epoch, done, samples); });
}
void Observers::epoch_done(const StageSpec& stage, const EpochResult& epoch) {
  tell([&](Observer& o) { o.epoch_done(stage, epoch); });
}
void Observers::stage_done(const StageEnd& end) {
  tell([&](Observer& o) { o.stage_done(end); });
}
void Observers::stage_restored(const StageEnd& end) {
  tell([&](Observer& o) { o.stage_restored(end); });
}
void Observers::noted(const std::string& stage, const std::string& text) {
  tell([&](Observer& o) { o.noted(stage, text); });
}
void Observers::run_done(const std::string& status, const std::string& error) {
  tell_others([&](Observer& o) { o.run_done(status, error); });
  record_.run_done(status, error);
}

}  // namespace strata
