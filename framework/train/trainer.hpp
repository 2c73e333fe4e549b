#pragma once
// Training of a stage. Implemented in trainer.cpp; a step in step.cpp.
#include "strata/train/evaluation.hpp"
#include "strata/train/training_state.hpp"

namespace strata {

/// Told what happens; the runner's record, events and progress line.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void stage_started(const StageSpec&) {}
  /// Instead of stage_started(), where the stage goes on from a checkpoint: with the epochs done.
  virtual void stage_resumed(const StageSpec& spec, const StageResult& /*so_far*/) {
    stage_started(spec);
  }
  /// After each step, with what is known on the host: no loss, since a step reads nothing back.
  virtual void step_done(const StageSpec&, int64_t /*epoch*/, int64_t /*samples_done*/,
                         int64_t /*samples*/) {}
  virtual void epoch_done(const StageSpec&, const EpochResult&) {}
};

/// A loss that is no longer a number.
class Diverged : public RunError {
 public:
  using RunError::RunError;
};

/// What a component threw, or could not do, while a stage trained; with stage, epoch and step.
class StageError : public RunError {
 public:
  using RunError::RunError;
};

/// The state that a stage goes on from, and what messages call it: its file.
struct ResumeFrom {
  TrainingState state;
  std::string name;
};

/// Trains one stage. `result` grows by an epoch at a time, so that it holds what was reached when
/// this throws: Diverged (naming stage, epoch, step and rate), Interrupted, UserError or
/// StageError. Where the stage keeps its best epoch, the stack holds that epoch's parameters at the
/// end, and result.kept says which one it was.
/// @param from  of an equal stage, or null: the result is the same, bit for bit. A state that does
///   not fit is a UserError
/// @param checkpoints  keeps the stage's state where it is due, and where the user asks to stop;
///   may be null
void fit(Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options,
         Observer& observer, StageResult& result, const ResumeFrom* from = nullptr,
         Checkpointing* checkpoints = nullptr);

}  // namespace strata
