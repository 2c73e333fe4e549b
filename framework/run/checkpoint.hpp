#pragma once
// The checkpoint of a run, in the folder "checkpoint" beside its record: where the run was, so that
// it goes on there and ends with the bits of a run that was never stopped. Implemented in
// checkpoint.cpp.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "strata/run/experiment.hpp"
#include "strata/train/trainer.hpp"

namespace strata {

/// Writes and reads it.
///
/// Two files: the tensors (safetensors), under a name of their own each time, and state.json, which
/// names them with their SHA-256, holds the rest and carries its own seal. state.json is replaced
/// by a rename once the tensors are on the disk, and only then are the tensors before removed:
/// there is a whole checkpoint at every moment.
class Checkpoints final : public Checkpointing {
 public:
  /// @param folder  of the run. Whether its bits still depend on the same things, its record says
  /// @param last_stage  whose end is kept where the settings ask for it
  Checkpoints(std::filesystem::path folder, const CheckpointSettings& settings,
              std::string last_stage = "");

  /// At each epoch's end and once a minute, as long as checkpoints have taken less than 1 % of the
  /// run's time; or as the settings say.
  bool due(bool epoch_ended) override;
  void save(const StageSpec& spec, const TrainingState& state) override;
  void ended(const StageSpec& spec, const TrainingState& state) override;

  /// What could not be written, told once for each reason; empty where all was.
  const std::vector<std::string>& failures() const { return failures_; }

  struct Found {
    std::string stage;  ///< that goes on
    ResumeFrom from;
  };
  /// The checkpoint that is there. Throws UserError, naming the file, where it is not whole.
  std::optional<Found> find() const;
  /// The bytes that the kept end takes; 0 where there is none.
  uint64_t end_bytes() const { return end_bytes_; }

  /// Removes it: the stage is over, or starts anew.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  void write(const std::filesystem::path& folder, const StageSpec& spec,
             const TrainingState& state);

  std::filesystem::path run_, folder_;
  CheckpointSettings settings_;
  std::string last_stage_;
  uint64_t end_bytes_ = 0;
  Clock::time_point started_, last_;
  Clock::duration spent_{};
  std::vector<std::string> failures_;
};

/// The end of a run's last stage, where the run kept it in its folder "end", in the same form.
/// Throws UserError as find() does.
std::optional<Checkpoints::Found> read_end(const std::filesystem::path& run_folder);

}  // namespace strata
