#pragma once
// Where a loss that is no number began: found after the fact, by replaying the steps before it and
// watching the layers' passes. Implemented in post_mortem.cpp.
#include <functional>
#include <string>

#include "strata/train/step.hpp"

namespace strata {

/// How a stage's steps are repeated; nothing random hinders it.
struct Replay {
  /// Goes back to where the steps can be repeated from, and makes all those before `step`.
  std::function<void(int64_t step)> up_to;
  /// The place of a step, with its samples.
  std::function<ForwardContext(int64_t step)> place;
  /// Makes that one step.
  std::function<void(int64_t step)> make;
  int64_t first = 0;  ///< the first step of the epoch that can be repeated
};

/// What follows the message of a loss that became NaN or infinite in `step`: "; try a smaller one;
/// it begins in the output of encoder.0.1 (tanh)". Leaves the parameters as they were at that step.
std::string origin_of_divergence(const StageParts& parts, const Replay& replay, int64_t step);

/// The same of a loss that is no number only where it is evaluated, on `split`.
std::string origin_in_evaluation(const StageParts& parts, const StageInput& input,
                                 const DeviceSplit& split);

}  // namespace strata
