#pragma once
// The family `observer`: who is told how a run goes, and changes nothing of it. The runner keeps
// the list (run/observers.hpp); contract in contract/observer.cpp.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "strata/core/stage.hpp"

namespace strata {

/// A run that begins, or goes on.
struct ObservedRun {
  std::string title;  ///< "run 2 of 6: mnist-greedy (seed 0)"
  std::string run_id;
  std::filesystem::path folder;   ///< the run's, which is there: what an observer writes goes here
  Json config;                    ///< every setting, defaults included
  std::vector<StageSpec> stages;  ///< as planned
  bool resumed = false;           ///< it goes on: what an earlier leg wrote is in the folder
  /// All that the stack has learned by then; nothing before the first stage.
  std::function<std::vector<Parameter>()> tensors;
};

/// A stage that is over.
struct StageEnd {
  const StageResult& result;
  Json weights;               ///< its file: {"file": relative to the folder, "sha256", "bytes"}
  bool last_of_kind = false;  ///< pretraining, or the classifier, ends with it
  std::string trained_by{};   ///< the run that did, "mnist/3fa9c1d2-s0"; empty: this one
};

/// Told what happens, in the order below, from the thread that trains: cheap, or it is the run
/// that waits. What it throws ends no run: it is reported, and the observer is told no more.
class Observer {
 public:
  static constexpr const char* family = "observer";
  virtual ~Observer() = default;

  virtual void run_started(const ObservedRun&) {}
  virtual void stage_started(const StageSpec&) {}
  /// Instead of stage_started(), where the stage goes on from a checkpoint: with the epochs done.
  virtual void stage_resumed(const StageSpec& spec, const StageResult& /*so_far*/) {
    stage_started(spec);
  }
  /// After each step, with what is known on the host: no loss, since a step reads nothing back.
  virtual void step_done(const StageSpec&, int64_t /*epoch*/, int64_t /*samples_done*/,
                         int64_t /*samples*/) {}
  virtual void epoch_done(const StageSpec&, const EpochResult&) {}
  virtual void stage_done(const StageEnd&) {}
  /// Instead of stage_started() and stage_done(): a stage that was completed before, or that
  /// another run trained, whose weights the stack holds now.
  virtual void stage_restored(const StageEnd&) {}
  /// What the user should know and no figure says, at any time after run_started().
  virtual void noted(const std::string& /*stage*/, const std::string& /*text*/) {}
  /// However it ended: "completed", "failed", "diverged" or "interrupted", with the error's text.
  virtual void run_done(const std::string& /*status*/, const std::string& /*error*/) {}
};

}  // namespace strata
