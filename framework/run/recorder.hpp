#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "strata/core/observer.hpp"
#include "strata/data/dataset.hpp"
#include "strata/run/plan.hpp"
#include "strata/support/crash_file.hpp"
#include "strata/support/files.hpp"
#include "strata/support/lock.hpp"

namespace strata {

/// Keeps the record of one run: fills it as the run goes, and saves record.json (atomically) after
/// each stage and at the end. It holds the run's
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
  void stage_done(const StageEnd& end) override;
  void run_done(const std::string& status, const std::string& error) override;  ///< closes it

  const Json& record() const { return record_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  void save();
  void prepare_for_crash();
  Json closed(const std::string& status, const Json& error) const;

  std::filesystem::path folder_;
  FolderLock lock_;
  Json record_;
  double started_, stage_started_ = 0;
  CrashFile crash_;
};

/// "2026-11-23T12:00:00Z"
std::string utc_now();

}  // namespace strata
