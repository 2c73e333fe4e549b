#pragma once
#include <cuda_runtime.h>

#include <cstdint>

namespace strata {

template <class F, class T>
__global__ void each_element_kernel(F f, T* out, int64_t n) {
  for (int64_t i = blockIdx.x * static_cast<int64_t>(blockDim.x) + threadIdx.x; i < n;
       i += static_cast<int64_t>(gridDim.x) * blockDim.x)
    out[i] = f(i);
}

/// out[i] = f(i) for each i below n, on a CUDA stream (a cudaStream_t). Returns the error code of
/// the launch, 0 for none.
template <class F, class T>
int launch_each_element(const F& f, T* out, int64_t n, void* stream) {
  if (n == 0) return 0;
  constexpr int64_t threads = 256, most_blocks = 65535;
  const int64_t blocks = (n + threads - 1) / threads;
  each_element_kernel<<<static_cast<unsigned>(blocks < most_blocks ? blocks : most_blocks), threads,
                        0, static_cast<cudaStream_t>(stream)>>>(f, out, n);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace strata
