#pragma once
#include <cuda_runtime.h>

#include <cstdint>

namespace strata {

template <class Index, class F, class T>
__global__ void each_element_kernel(F f, T* out, Index n) {
  const Index step = static_cast<Index>(gridDim.x) * blockDim.x;
  for (Index i = blockIdx.x * static_cast<Index>(blockDim.x) + threadIdx.x; i < n; i += step)
    out[i] = f(i);
}

/// out[i] = f(i) for each i below n, on a CUDA stream (a cudaStream_t). Returns the error code of
/// the launch, 0 for none.
template <class F, class T>
int launch_each_element(const F& f, T* out, int64_t n, void* stream) {
  if (n == 0) return 0;
  constexpr int64_t threads = 256, most_blocks = 65535;
  const int64_t blocks = (n + threads - 1) / threads;
  const auto grid = static_cast<unsigned>(blocks < most_blocks ? blocks : most_blocks);
  const auto on = static_cast<cudaStream_t>(stream);
  // The index may pass n by a step before the loop ends.
  if (n < INT32_MAX - most_blocks * threads)
    each_element_kernel<<<grid, threads, 0, on>>>(f, out, static_cast<int32_t>(n));
  else
    each_element_kernel<<<grid, threads, 0, on>>>(f, out, n);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace strata
