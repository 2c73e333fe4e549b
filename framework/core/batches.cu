#include <cuda_runtime.h>

#include "strata/core/batches_kernel.hpp"

namespace strata {
namespace {

constexpr int kThreads = 256;

int blocks_for(int64_t n) {
  const int64_t blocks = (n + kThreads - 1) / kThreads;
  return static_cast<int>(blocks < 65535 ? blocks : 65535);
}

template <class T>
__global__ void gather_images_kernel(GatherImages<T> f, T* out, int64_t n) {
  for (int64_t i = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x; i < n;
       i += static_cast<int64_t>(gridDim.x) * blockDim.x)
    out[i] = f(i / f.features, i % f.features);
}

__global__ void order_keys_kernel(OrderKey f, const int64_t* samples, int64_t* keys, int64_t n) {
  for (int64_t i = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x; i < n;
       i += static_cast<int64_t>(gridDim.x) * blockDim.x)
    keys[i] = f(samples[i]);
}

template <class T>
int launch_gather(const GatherImages<T>& f, T* out, int64_t rows, void* stream) {
  const int64_t n = rows * f.features;
  if (n == 0) return 0;
  gather_images_kernel<T>
      <<<blocks_for(n), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(f, out, n);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace

int launch_gather_images(const GatherImages<float>& f, float* out, int64_t rows, void* stream) {
  return launch_gather(f, out, rows, stream);
}

int launch_gather_images(const GatherImages<double>& f, double* out, int64_t rows, void* stream) {
  return launch_gather(f, out, rows, stream);
}

int launch_order_keys(const OrderKey& f, const int64_t* samples, int64_t* keys, int64_t n,
                      void* stream) {
  if (n == 0) return 0;
  order_keys_kernel<<<blocks_for(n), kThreads, 0, static_cast<cudaStream_t>(stream)>>>(f, samples,
                                                                                       keys, n);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace strata
