#pragma once
// What a stage minimizes. Implemented in objective.cpp.
#include <memory>
#include <string>
#include <vector>

#include "strata/core/stage.hpp"
#include "strata/core/tensor.hpp"

namespace strata {

/// The terms of a stage's objective: the loss, and each penalty with its weight. Their values stay
/// on the device, a row a term and a column a step, until the epoch's one read.
class Objective {
 public:
  Objective(const StageSpec& spec, int64_t steps, const at::TensorOptions& place);

  const std::shared_ptr<Loss>& loss() const { return loss_; }
  const Tensor& values() const { return values_; }
  const std::vector<std::string>& names() const { return names_; }
  double weight(size_t term) const;

  /// The weighted sum, to be differentiated; notes each term as that of `step`.
  Tensor forward(const Tensor& output, const Tensor& target, const PenaltyBatch& batch,
                 int64_t step);

 private:
  void note(size_t term, int64_t step, const Tensor& value);

  const StageSpec& spec_;
  std::shared_ptr<Loss> loss_;
  std::vector<std::shared_ptr<Penalty>> penalties_;
  std::vector<std::string> names_;
  Tensor values_;
};

}  // namespace strata
