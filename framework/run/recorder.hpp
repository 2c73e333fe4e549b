#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "strata/data/dataset.hpp"
#include "strata/run/plan.hpp"
#include "strata/support/crash_file.hpp"
#include "strata/support/files.hpp"
#include "strata/support/lock.hpp"
#include "strata/train/trainer.hpp"

namespace strata {

/// Keeps the record of one run: fills it as the run goes, appends each event to events.jsonl at
/// once, and saves record.json (atomically) after each stage and at the end. It holds the run's
/// folder as long as it lives. Where the process crashes, the record is closed all the same, with
/// what it held then.
class Recorder final : public Observer {
 public:
  /// Starts with `head` (name, run_id, seed, config, source ...; see record.schema.json) and saves
  /// it with status "running". Throws RunError where another process is at work in the folder, and
  /// changes nothing there then.
  Recorder(std::filesystem::path folder, Json head);

  void set(const std::string& key, Json value) { record_[key] = std::move(value); }

  void stage_started(const StageSpec& spec) override;
  void epoch_done(const StageSpec& spec, const EpochResult& epoch) override;
  /// Closes the stage, with what its weights file holds.
  void stage_done(const StageResult& result, const Json& weights);

  /// Closes the record: "completed", "failed", "diverged" or "interrupted", with the error's text.
  void finish(const std::string& status, const Json& error);

  const Json& record() const { return record_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  void event(Json event);
  void save();
  void prepare_for_crash();
  Json closed(const std::string& status, const Json& error) const;

  std::filesystem::path folder_;
  FolderLock lock_;
  Json record_;
  LineLog events_;
  double started_, stage_started_ = 0;
  CrashFile crash_;
};

/// "2026-11-23T12:00:00Z"
std::string utc_now();

}  // namespace strata
