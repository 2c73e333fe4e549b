#include "strata/core/gpu.hpp"

#include <ATen/Context.h>

namespace strata {

bool has_cuda_kernels() {
#ifdef STRATA_TORCH_CUDA
  return true;
#else
  return false;
#endif
}

std::optional<at::Device> find_gpu() {
  if (!has_cuda_kernels() || !at::hasCUDA()) return std::nullopt;
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
  return at::Device(at::kCUDA, 0);
}

}  // namespace strata
