#pragma once
#include "strata/core/tensor.hpp"
#include "strata/support/random.hpp"

namespace strata {

/// From where noise follows: each number is a pure function of the stream, the epoch, the step, the
/// sample's number and the element's place in the sample. With the step left at 0 it does not
/// matter how samples are put into batches.
struct NoisePlace {
  RandomStream stream;
  Tensor samples;  ///< int64 {batch}, on the device of the noise
  uint32_t epoch = 0;
  uint32_t step = 0;
};

/// Numbers of x's shape ({batch, sample...}), dtype (float32 or float64) and device, without
/// gradient: uniform in [0, 1), or standard normal. Dispatched by LibTorch as strata::uniform_noise
/// and strata::normal_noise.
Tensor uniform_noise(const Tensor& x, const NoisePlace& place);
Tensor normal_noise(const Tensor& x, const NoisePlace& place);

}  // namespace strata
