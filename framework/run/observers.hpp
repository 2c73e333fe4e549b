#pragma once
// Who is told how a run goes: the record first, then the events, the progress line, the pictures
// and those that the file lists. Implemented in observers.cpp.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "strata/core/observer.hpp"

namespace strata {

/// Passes on what happens, to the record first; but that a run is over, to the record last, which
/// vouches for what the others wrote. What one of them throws ends no run: it is noted on standard
/// error, and that one is told no more. The record is not optional: what it throws goes on.
class Observers final : public Observer {
 public:
  explicit Observers(Observer& record) : record_(record) {}
  /// `name` as the note calls it ("the pictures"); what `make` throws is noted like what it made.
  void add(std::string name, const std::function<std::shared_ptr<Observer>()>& make);

  void run_started(const ObservedRun& run) override;
  void stage_started(const StageSpec& stage) override;
  void stage_resumed(const StageSpec& stage, const StageResult& so_far) override;
  void step_done(const StageSpec& stage, int64_t epoch, int64_t done, int64_t samples) override;
  void epoch_done(const StageSpec& stage, const EpochResult& epoch) override;
  void stage_done(const StageEnd& end) override;
  void stage_restored(const StageEnd& end) override;
  void noted(const std::string& stage, const std::string& text) override;
  void run_done(const std::string& status, const std::string& error) override;

 private:
  struct Listed {
    std::string name;
    std::shared_ptr<Observer> observer;
  };
  void tell(const std::function<void(Observer&)>& what);
  void tell_others(const std::function<void(Observer&)>& what);
  static void guarded(Listed& listed, const std::function<void()>& body);

  Observer& record_;
  std::vector<Listed> others_;
};

}  // namespace strata
