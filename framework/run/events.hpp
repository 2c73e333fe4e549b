#pragma once
// events.jsonl: what happened in a run, a line of JSON each, appended at once.
// Implemented in events.cpp.
#include <optional>

#include "strata/core/observer.hpp"
#include "strata/support/files.hpp"

namespace strata {

/// Writes the file anew, or goes on with that of the run's earlier legs.
class Events final : public Observer {
 public:
  void run_started(const ObservedRun& run) override;
  void stage_started(const StageSpec& stage) override;
  void stage_resumed(const StageSpec& stage, const StageResult& so_far) override;
  void epoch_done(const StageSpec& stage, const EpochResult& epoch) override;
  void stage_done(const StageEnd& end) override;
  void noted(const std::string& stage, const std::string& text) override;
  void run_done(const std::string& status, const std::string& error) override;

 private:
  void append(Json event);

  std::optional<LineLog> log_;
};

}  // namespace strata
