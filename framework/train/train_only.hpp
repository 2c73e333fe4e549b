#pragma once
#include <vector>

#include "strata/core/stage.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// Makes exactly the tensors of a stage that train, and are not frozen, ask for gradients while it
/// lives.
class TrainOnly {
 public:
  TrainOnly(Stack& stack, const StageSpec& spec);
  ~TrainOnly();
  TrainOnly(const TrainOnly&) = delete;
  TrainOnly& operator=(const TrainOnly&) = delete;

  const std::vector<Parameter>& parameters() const { return parameters_; }

 private:
  std::vector<Parameter> parameters_;
};

}  // namespace strata
