#pragma once
// What a stage's further course depends on, between two of its steps: what a checkpoint holds.
// Implemented in training_state.cpp.
#include <map>
#include <string>
#include <vector>

#include "strata/core/stage.hpp"
#include "strata/core/tensor.hpp"

namespace strata {

/// Every random number is a pure function of its place, so this is everything: a stage that goes on
/// from it gives the bits of one that was never stopped.
struct TrainingState {
  int64_t epoch = 1;   ///< the epoch to go on in, from 1
  int64_t step = 0;    ///< its next step, from 0; all of them done: the epoch is to be evaluated
  double seconds = 0;  ///< spent on the steps done in this epoch
  std::vector<EpochResult> epochs;  ///< those done
  std::vector<double> followed;     ///< what the schedule follows, an epoch each
  Json selection;                   ///< Selection::state()
  /// "parameter/encoder.0.0.weight", "optimizer/...", "best/...", and, within an epoch,
  /// "objective/values" and "metric/0/...". Shared with what they are of where a stage gives its
  /// state; on the CPU where it was read from a file.
  std::vector<Parameter> tensors;

  /// All but the tensors.
  Json dump() const;
  /// Throws UserError, beginning with `name`, where it is not of this form.
  static TrainingState parse(const Json& json, const std::string& name);
};

/// Copies the values of `from` into the tensors of the same names. Throws UserError, beginning with
/// `name`, where they are not the same names, shapes and dtypes.
void copy_state(const std::vector<Parameter>& from, const std::vector<Parameter>& to,
                const std::string& name);

/// As a record and a checkpoint hold an epoch; a figure that is not finite is null.
Json dump_epoch(const EpochResult& epoch);
EpochResult parse_epoch(const Json& json);

/// Told when a stage's state may be kept, and keeps it.
class Checkpointing {
 public:
  virtual ~Checkpointing() = default;
  /// Whether to keep the state now: asked after each step and, with true, after each epoch. Cheap.
  virtual bool due(bool epoch_ended) = 0;
  /// Keeps it. Throws nothing: training goes on without.
  virtual void save(const StageSpec& spec, const TrainingState& state) = 0;
  /// Told the state after the last of the stage's epochs, where nothing ended it before: more
  /// epochs would go on from it. Throws nothing.
  virtual void ended(const StageSpec& /*spec*/, const TrainingState& /*state*/) {}
};

}  // namespace strata
