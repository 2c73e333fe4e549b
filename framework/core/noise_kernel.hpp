#pragma once
#include <cstdint>

#include "strata/support/random.hpp"

// The arithmetic of noise.hpp, once for CPU and CUDA; the launchers only run it. No LibTorch here,
// so that nvcc compiles it by itself.

namespace strata {

/// Where random numbers lie: element c of sample s has the counter s * features + c.
struct NoiseCounter {
  RandomStream stream;
  uint32_t epoch, step;
  const int64_t* samples;
  int64_t features;

  /// `Index`: int64_t, or int32_t where that holds every i; a GPU divides it in fewer steps.
  template <class Index>
  STRATA_HOST_DEVICE uint64_t element(Index i) const {
    const auto row = static_cast<Index>(features);
    return static_cast<uint64_t>(samples[i / row] * features + i % row);
  }
};

template <class T>
struct UniformNoise {
  NoiseCounter at;
  STRATA_HOST_DEVICE T of(uint64_t element) const {
    return static_cast<T>(at.stream.uniform(element, at.epoch, at.step));
  }
  template <class Index>
  STRATA_HOST_DEVICE T operator()(Index i) const {
    return of(at.element(i));
  }
};

/// Of float32, the upper 24 of the bits: rounding all of them could reach 1.
template <>
struct UniformNoise<float> {
  NoiseCounter at;
  STRATA_HOST_DEVICE float of(uint64_t element) const {
    const RandomStream::Words r = at.stream.words(element, at.epoch, at.step);
    return static_cast<float>(r.w[0] >> 8) * 0x1.0p-24F;
  }
  template <class Index>
  STRATA_HOST_DEVICE float operator()(Index i) const {
    return of(at.element(i));
  }
};

template <class T>
struct NormalNoise {
  NoiseCounter at;
  template <class Index>
  STRATA_HOST_DEVICE T operator()(Index i) const {
    return static_cast<T>(at.stream.normal(at.element(i), at.epoch, at.step));
  }
};

// Launchers on a CUDA stream (a cudaStream_t, passed as void*), in noise.cu. They write n numbers
// and return the error code of the launch, 0 for none.
int launch_noise(const UniformNoise<float>& f, float* out, int64_t n, void* stream);
int launch_noise(const UniformNoise<double>& f, double* out, int64_t n, void* stream);
int launch_noise(const NormalNoise<float>& f, float* out, int64_t n, void* stream);
int launch_noise(const NormalNoise<double>& f, double* out, int64_t n, void* stream);

}  // namespace strata
