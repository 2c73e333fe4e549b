#pragma once
// Implemented in gpu.cpp.
#include <c10/core/Device.h>

#include <optional>

namespace strata {

/// Whether strata's kernels are in this build: it was made with nvcc, against a LibTorch with CUDA.
bool has_cuda_kernels();

/// The GPU, where there is one that LibTorch and strata's kernels can use. From the first call on,
/// float32 is computed in float32 there (convolutions took TF32, 10 bits of mantissa, by default)
/// and by algorithms that give the same bits each time.
std::optional<at::Device> find_gpu();

}  // namespace strata
