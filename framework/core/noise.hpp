#pragma once
// Noise whose every number has its place in the run; operators for CPU and CUDA. Implemented in
// noise.cpp and noise_cuda.cpp, the arithmetic in noise_kernel.hpp.
#include "strata/core/tensor.hpp"
#include "strata/support/random.hpp"

namespace strata {

struct ForwardContext;

/// From where noise follows: each number is a pure function of the stream, the epoch, the step, the
/// sample's number and the element's place in the sample. With the step left at 0 it does not
/// matter how samples are put into batches.
struct NoisePlace {
  RandomStream stream;
  Tensor samples;  ///< int64 {batch}, on the device of the noise
  uint32_t epoch = 0;
  uint32_t step = 0;
};

/// The place of a layer's noise in this pass over the batch x; `purpose` ("dropout") parts it from
/// other noise of the same layer. Samples without numbers count within the step.
NoisePlace noise_place(const ForwardContext& context, const std::string& purpose, const Tensor& x);

/// Numbers of x's shape ({batch, sample...}), dtype (float32 or float64) and device, without
/// gradient: uniform in [0, 1), or standard normal. Dispatched by LibTorch as strata::uniform_noise
/// and strata::normal_noise.
Tensor uniform_noise(const Tensor& x, const NoisePlace& place);
Tensor normal_noise(const Tensor& x, const NoisePlace& place);

}  // namespace strata
