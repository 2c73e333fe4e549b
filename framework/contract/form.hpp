#pragma once
// The arithmetic that the words of core/form.hpp stand for, in plain ATen operations: what a
// component that says its form is compared with. Implemented in form.cpp.
#include <map>
#include <string>

#include "strata/core/form.hpp"
#include "strata/core/noise.hpp"

namespace strata {

// Of opaque forms these throw RunError.

/// `output` is the shape of the layer's output sample.
Tensor computed(const LayerForm& form, const Tensor& x, const Shape& output);
Tensor computed(const LossForm& form, const Tensor& output, const Tensor& target);
Tensor computed(const PenaltyForm& form, const Tensor& code);
Tensor computed(const CorruptionForm& form, const Tensor& x, const NoisePlace& place);

/// One parameter's updates.
class ComputedUpdates {
 public:
  ComputedUpdates(const OptimizerForm& form, const Tensor& start);
  void step(const Tensor& gradient, double rate);

  Tensor value;
  std::map<std::string, Tensor> state;  ///< by the names in core/form.hpp

 private:
  OptimizerForm form_;
};

/// A metric's state after these batches in one.
std::map<std::string, Tensor> computed(const MetricForm& form, const Tensor& output,
                                       const Tensor& target);

}  // namespace strata
