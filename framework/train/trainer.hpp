#pragma once
// Training of a stage. Implemented in trainer.cpp; a step in step.cpp.
#include "strata/core/observer.hpp"
#include "strata/train/evaluation.hpp"
#include "strata/train/training_state.hpp"

namespace strata {

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
/// end, also where the user ends it, and result.kept says which one it was.
/// @param from  of an equal stage, or null: the result is the same, bit for bit. A state that does
///   not fit is a UserError
/// @param checkpoints  keeps the stage's state where it is due, and where the user asks to stop;
///   may be null
void fit(Stack& stack, const StageSpec& spec, const DeviceData& data, const FitOptions& options,
         Observer& observer, StageResult& result, const ResumeFrom* from = nullptr,
         Checkpointing* checkpoints = nullptr);

}  // namespace strata
