#pragma once
#include <cstdint>

#include "strata/support/random.hpp"

// The arithmetic of batches.hpp, once for CPU and CUDA; the launchers only run it. No LibTorch
// here, so that nvcc compiles it by itself.

namespace strata {

template <class T>
struct GatherImages {
  const uint8_t* bytes;
  const int64_t* index;
  int64_t features;

  STRATA_HOST_DEVICE const uint8_t* image(int64_t row) const {
    return bytes + index[row] * features;
  }
  STRATA_HOST_DEVICE static T scaled(uint8_t byte) {
    return static_cast<T>(byte) / static_cast<T>(255);
  }
  /// Element i of the batch. `Index`: int64_t, or int32_t where that holds every i; a GPU divides
  /// it in fewer steps.
  template <class Index>
  STRATA_HOST_DEVICE T operator()(Index i) const {
    const auto row = static_cast<Index>(features);
    return scaled(image(i / row)[i % row]);
  }
};

/// 63 random bits for each of the samples in an epoch.
struct OrderKeys {
  RandomStream stream;
  uint32_t epoch;
  const int64_t* samples;

  template <class Index>
  STRATA_HOST_DEVICE int64_t operator()(Index i) const {
    const RandomStream::Words r = stream.words(static_cast<uint64_t>(samples[i]), epoch);
    return static_cast<int64_t>((static_cast<uint64_t>(r.w[0]) << 32 | r.w[1]) >> 1);
  }
};

// Launchers on a CUDA stream (a cudaStream_t, passed as void*), in batches.cu. They write n
// elements and return the error code of the launch, 0 for none.
int launch_gather_images(const GatherImages<float>& f, float* out, int64_t n, void* stream);
int launch_gather_images(const GatherImages<double>& f, double* out, int64_t n, void* stream);
int launch_order_keys(const OrderKeys& f, int64_t* keys, int64_t n, void* stream);

}  // namespace strata
