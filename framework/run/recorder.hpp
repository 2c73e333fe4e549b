#pragma once
// The observer that keeps the record. Implemented in recorder.cpp.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "strata/core/observer.hpp"
#include "strata/data/dataset.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/run/plan.hpp"
#include "strata/support/crash_file.hpp"
#include "strata/support/files.hpp"

namespace strata {

/// Keeps the record of one run: fills it as the run goes, and saves record.json (atomically) when a
/// stage begins and ends, and at the end. Where the process crashes, the record is closed all the
/// same, with what it held then. Throws ClaimLost where another process has taken over the run's
/// folder, and changes nothing there then.
class Recorder final : public Observer {
 public:
  /// Starts with `head` (name, run_id, seed, config, source ...; see record.schema.json). Nothing
  /// is written before begin(), but by a crash.
  Recorder(RunFolder folder, Json head);
  ~Recorder() override;

  /// Saves the record with status "running".
  void begin();
  /// Instead of begin(), where the run goes on: with what the record before says of its first
  /// `stages`, which are complete, and of its legs. `from`: the leg's place, or null.
  void resume(const Json& before, size_t stages, const Json& from);
  /// A crash before resume() leaves the record that is there.
  void leave_record() { crash_->forget(); }
  /// Before the end is told: begins, where that was not reached, and gives the disk room back that
  /// was kept for the last record and what is written before it.
  void prepare_end();
  bool begun() const { return begun_; }

  void set(const std::string& key, Json value) { record_[key] = std::move(value); }
  /// A note of the record, of a stage where one is given.
  void note(const std::string& kind, const std::string& stage, const std::string& text);

  void stage_started(const StageSpec& spec) override;
  void stage_resumed(const StageSpec& spec, const StageResult& so_far) override;
  void epoch_done(const StageSpec& spec, const EpochResult& epoch) override;
  void stage_done(const StageEnd& end) override;
  /// Closes the record, after prepare_end(). Only a completed run takes the place of a finished
  /// one.
  void run_done(const std::string& status, const std::string& error) override;

  /// Throws ClaimLost where another process has taken over, RunError where the run's folder was
  /// removed. Called before each change.
  void check() const;

  /// Further entries of the stage that starts next: its key.
  void say_of_next_stage(const Json& facts) { of_next_stage_.update(facts); }
  /// Of the stage that is stopped before its end.
  void weights_so_far(const StageResult& result, const Json& weights);
  /// A stage that another run trained; `facts` are its further entries.
  void stage_reused(const StageResult& result, const Json& facts);

  const Json& record() const { return record_; }
  const RunFolder& folder() const { return folder_; }

 private:
  void add_stage(const StageSpec& spec, const std::vector<EpochResult>& epochs);
  void close_stage(const StageResult& result, const Json& facts);
  void declare(const FigureInfo& figure, Target target);
  void save();
  void keep_room(size_t bytes);
  void prepare_for_crash();
  Json closed(const std::string& status, const Json& error) const;

  RunFolder folder_;
  Json record_, of_next_stage_ = Json::object();
  bool begun_ = false;
  double started_, stage_started_ = 0;
  std::optional<CrashFile> crash_;
  bool saved_ = false;  ///< from then on, record.json is there
  size_t room_ = 0;     ///< in bytes, kept free for the last record
};

/// "2026-11-23T12:00:00Z"
std::string utc_now();

}  // namespace strata
