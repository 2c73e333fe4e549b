#pragma once
// What one run trained, another takes: the finished stages of a results folder, found by their keys
// (stage_key.hpp). Implemented in shared_stages.cpp.
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "strata/run/finished_stage.hpp"
#include "strata/support/claim.hpp"
#include "strata/train/trainer.hpp"

namespace strata {

/// A stage of another run that stands for one that is to be trained.
struct SharedStage : FinishedStage {
  std::string run;  ///< its folder, from the results folder: "small/3fa9c1d2-s0"
};

/// `<out>/.stages/KEY/run.json` holds the name of the run that has the stage, so that nothing is
/// looked through. It is a hint and no more: a stage counts where that run's record, unchanged
/// since it was written, has it complete under this very key, and its weights have the record's
/// SHA-256. What is stale, damaged or hostile is as if it were not there.
///
/// A process that trains a stage claims its key, `<out>/.stages/KEY.claim`; others wait for it.
class SharedStages {
 public:
  explicit SharedStages(std::filesystem::path out);

  /// The stage of this key, where it has every figure that `spec` asks for.
  std::optional<SharedStage> find(const std::string& key, const StageSpec& spec) const;
  /// Where a run ended that trained the stage of an any-length key for fewer epochs than `spec`.
  struct End {
    std::string run;
    ResumeFrom from;
  };
  std::optional<End> find_end(const std::string& any_length_key, const StageSpec& spec) const;
  /// The same as find(), but of its weights no more than that they are there: the run that has it.
  std::optional<std::string> find_run(const std::string& key, const StageSpec& spec) const;

  /// Where a stage comes from: it was found, or it is to be trained, under a claim where one could
  /// be made.
  struct Source {
    std::optional<SharedStage> found;
    std::optional<Claim> claim;
  };
  /// Waits while another process trains the stage. `waiting` is called before each look after the
  /// first; what it throws ends the wait.
  Source look(const std::string& key, const StageSpec& spec,
              const std::function<void()>& waiting) const;

  /// From now on this run's folder, below the results folder, has the stage of the key. Throws
  /// nothing: the stage is then trained again where it is asked for.
  void add(const std::string& key, const std::filesystem::path& run_folder) const;

 private:
  /// The record of the stage that has the key under this name, and its run.
  std::optional<Json> recorded(const char* name, const std::string& key, const StageSpec& spec,
                               std::string& run) const;
  std::filesystem::path out_, index_;
};

}  // namespace strata
