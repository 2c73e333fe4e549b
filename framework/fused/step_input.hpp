#pragma once
// A stage's batches, as the network takes them. Implemented in step_input.cpp.
#include "strata/fused/network.hpp"
#include "strata/train/step.hpp"

namespace strata {

template <class T, class E>
class StepInput {
 public:
  /// Refers to all of them.
  StepInput(const StageParts& parts, Network<T, E>& network, Passes<T, E>& passes, Counts& counts);

  /// Puts samples into the network's input, and their labels into labels(). What products take.
  const E* load(const StageInput& input, const DeviceSplit& split, const Tensor& index);
  /// The same of a step, spoilt where the stage spoils its input; the network's input stays clean.
  const E* load(const ForwardContext& place);

  int64_t* labels() const { return labels_; }

 private:
  void fill(const StageInput& input, const DeviceSplit& split, const Tensor& index, E* factors);
  const E* as_factors(const T* values) const;

  const StageParts& parts_;
  Network<T, E>& network_;
  Passes<T, E>& passes_;
  Arena arena_;
  int64_t columns_;
  int64_t* labels_;
  E* copies_;            // of the network's input, for products; null where they take it as it is
  T* spoilt_ = nullptr;  // where the engine itself spoils it
  UniformCorruption<T> spoils_{};
  Tensor corrupted_;  // what another corruption gave
};

extern template class StepInput<float, float>;
extern template class StepInput<double, double>;
extern template class StepInput<float, BFloat16>;

}  // namespace strata
