#pragma once
#include <cstdint>

#include "strata/support/random.hpp"

// The arithmetic of batches.hpp, once for CPU and CUDA; the launchers only run it. No LibTorch
// here, so that nvcc compiles it by itself.
#ifdef __CUDACC__
#define STRATA_HOST_DEVICE __host__ __device__
#else
#define STRATA_HOST_DEVICE
#endif

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
  STRATA_HOST_DEVICE T operator()(int64_t row, int64_t column) const {
    return scaled(image(row)[column]);
  }
};

/// 63 random bits for a sample in an epoch.
struct OrderKey {
  RandomStream stream;
  uint32_t epoch;

  STRATA_HOST_DEVICE int64_t operator()(int64_t sample) const {
    const RandomStream::Words r = stream.words(static_cast<uint64_t>(sample), epoch);
    return static_cast<int64_t>((static_cast<uint64_t>(r.w[0]) << 32 | r.w[1]) >> 1);
  }
};

// Launchers on a CUDA stream (a cudaStream_t, passed as void*), in batches.cu. They return the
// error code of the launch, 0 for none.
int launch_gather_images(const GatherImages<float>& f, float* out, int64_t rows, void* stream);
int launch_gather_images(const GatherImages<double>& f, double* out, int64_t rows, void* stream);
int launch_order_keys(const OrderKey& f, const int64_t* samples, int64_t* keys, int64_t n,
                      void* stream);

}  // namespace strata
