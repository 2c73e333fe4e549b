#include <cuda_runtime.h>

#include "strata/core/noise_kernel.hpp"

namespace strata {
namespace {

constexpr int kThreads = 256;

template <class Functor, class T>
__global__ void noise_kernel(Functor f, T* out, int64_t n) {
  for (int64_t i = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x; i < n;
       i += static_cast<int64_t>(gridDim.x) * blockDim.x)
    out[i] = f(i);
}

template <class Functor, class T>
int launch(const Functor& f, T* out, int64_t n, void* stream) {
  if (n == 0) return 0;
  const int64_t blocks = (n + kThreads - 1) / kThreads;
  noise_kernel<<<static_cast<int>(blocks < 65535 ? blocks : 65535), kThreads, 0,
                 static_cast<cudaStream_t>(stream)>>>(f, out, n);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace

int launch_noise(const UniformNoise<float>& f, float* out, int64_t n, void* stream) {
  return launch(f, out, n, stream);
}

int launch_noise(const UniformNoise<double>& f, double* out, int64_t n, void* stream) {
  return launch(f, out, n, stream);
}

int launch_noise(const NormalNoise<float>& f, float* out, int64_t n, void* stream) {
  return launch(f, out, n, stream);
}

int launch_noise(const NormalNoise<double>& f, double* out, int64_t n, void* stream) {
  return launch(f, out, n, stream);
}

}  // namespace strata
