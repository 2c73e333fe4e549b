#include "strata/core/gpu.hpp"

#include <ATen/Context.h>

namespace strata {

std::optional<at::Device> find_gpu() {
  if (!at::hasCUDA()) return std::nullopt;
  at::Context& context = at::globalContext();
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
  return at::Device(at::kCUDA, 0);
}

}  // namespace strata
