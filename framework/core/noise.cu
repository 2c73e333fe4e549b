#include "strata/core/each_element.cuh"
#include "strata/core/noise_kernel.hpp"

namespace strata {

int launch_noise(const UniformNoise<float>& f, float* out, int64_t n, void* stream) {
  return launch_each_element(f, out, n, stream);
}

int launch_noise(const UniformNoise<double>& f, double* out, int64_t n, void* stream) {
  return launch_each_element(f, out, n, stream);
}

int launch_noise(const NormalNoise<float>& f, float* out, int64_t n, void* stream) {
  return launch_each_element(f, out, n, stream);
}

int launch_noise(const NormalNoise<double>& f, double* out, int64_t n, void* stream) {
  return launch_each_element(f, out, n, stream);
}

}  // namespace strata
