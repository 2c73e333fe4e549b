#pragma once
// What metrics share that cannot be measured batch by batch, and keep samples until the end.
// Implemented in kept_samples.cpp.
#include <vector>

#include "strata/core/tensor.hpp"

namespace strata {

/// Rows for the samples of a split, spread evenly over it where it has more than `most`: every k-th
/// sample is kept. All of it is state, of one size from the start, on the device.
class KeptSamples {
 public:
  /// `width` numbers for each of `samples`; `most` 0 keeps all.
  void start(int64_t samples, int64_t width, int64_t most, const at::TensorOptions& place);

  /// values: {batch, width}, as they come; labels: int64 {batch}.
  void add(const Tensor& values, const Tensor& labels);

  /// Those kept so far, on the CPU: float64 {n, width}, int64 {n}.
  Tensor values() const;
  Tensor labels() const;

  std::vector<Parameter> state() const;

 private:
  int64_t seen() const { return seen_.item<int64_t>(); }
  int64_t count() const { return (seen() + every_ - 1) / every_; }

  int64_t every_ = 1;
  Tensor values_, labels_, seen_;  // seen_ on the CPU, where reading it costs nothing
};

}  // namespace strata
