#pragma once
// Philox needs no SSE; its header, which would come along, is beyond some versions of nvcc.
#ifndef R123_USE_SSE
#define R123_USE_SSE 0
#endif
#include <Random123/philox.h>

#include <cmath>
#include <cstdint>
#include <string_view>

#include "strata/support/host_device.hpp"
#include "strata/support/sha256.hpp"

namespace strata {

/// Random numbers without state: every draw is a pure function of (seed, purpose, component, stage)
/// -- the stream's key -- and (element, epoch, step) -- the counter. The generator is Philox4x32-10
/// (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011), from the
/// distribution's Random123, the same on CPU and CUDA.
///
/// A stream is two words, trivially copyable, and may be passed to a kernel.
struct RandomStream {
  uint32_t key0 = 0;
  uint32_t key1 = 0;

  struct Words {
    uint32_t w[4];
  };

  /// The four 32-bit words at a counter.
  STRATA_HOST_DEVICE Words words(uint64_t element, uint32_t epoch = 0, uint32_t step = 0) const {
    const philox4x32_ctr_t counter = {
        {static_cast<uint32_t>(element), static_cast<uint32_t>(element >> 32), epoch, step}};
    const philox4x32_key_t key = {{key0, key1}};
    const philox4x32_ctr_t out = philox4x32(counter, key);
    return {{out.v[0], out.v[1], out.v[2], out.v[3]}};
  }

  /// Uniform in [0, 1), with 53 random bits.
  STRATA_HOST_DEVICE double uniform(uint64_t element, uint32_t epoch = 0, uint32_t step = 0) const {
    const Words r = words(element, epoch, step);
    return to_unit(r.w[0], r.w[1]);
  }

  /// Standard normal, by Box and Muller's transform of two uniforms.
  STRATA_HOST_DEVICE double normal(uint64_t element, uint32_t epoch = 0, uint32_t step = 0) const {
    const Words r = words(element, epoch, step);
    const double u = 1.0 - to_unit(r.w[0], r.w[1]);  // in (0, 1]
    const double v = to_unit(r.w[2], r.w[3]);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586476925 * v);
  }

 private:
  STRATA_HOST_DEVICE static double to_unit(uint32_t high, uint32_t low) {
    const uint64_t bits = (static_cast<uint64_t>(high) << 32 | low) >> 11;
    return static_cast<double>(bits) * 0x1.0p-53;
  }
};

/// The stream for one purpose ("init", "shuffle", "corruption" ...) of one component (its path,
/// such as "encoder.0.0.weight") in one stage (empty where no stage is meant).
inline RandomStream random_stream(uint64_t seed, std::string_view purpose,
                                  std::string_view component, std::string_view stage = {}) {
  std::string name = std::to_string(seed);
  for (const std::string_view part : {purpose, component, stage}) {
    name += '\0';
    name += part;
  }
  const uint64_t key = sha256_prefix(name);
  return {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
}

}  // namespace strata
