#pragma once
// What a stage trains. Implemented in train_only.cpp.
#include <vector>

#include "strata/core/stage.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// While it lives, exactly the parameters of a stage that train, and are not frozen, ask for
/// gradients, and exactly the layers that train may write their buffers.
class TrainOnly {
 public:
  TrainOnly(Stack& stack, const StageSpec& spec);
  ~TrainOnly();
  TrainOnly(const TrainOnly&) = delete;
  TrainOnly& operator=(const TrainOnly&) = delete;

  const std::vector<Parameter>& parameters() const { return parameters_; }
  /// These and the buffers of what trains: all that the stage changes.
  const std::vector<Parameter>& tensors() const { return tensors_; }

 private:
  Stack& stack_;
  std::vector<Parameter> parameters_, tensors_;
};

}  // namespace strata
