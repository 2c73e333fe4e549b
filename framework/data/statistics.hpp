#pragma once
// What `data show` says of a data set. Implemented in statistics.cpp.
#include <array>
#include <cstdint>
#include <vector>

#include "strata/data/dataset.hpp"

namespace strata {

/// What there is to say of some pixels, each as byte / 255.
struct PixelStatistics {
  double mean = 0;                       ///< from an exact integer sum
  double variance = 0;                   ///< of the population: divided by the number of pixels
  std::array<int64_t, 256> histogram{};  ///< how many pixels have each byte
};

/// The pixels of the samples at `indices` (positions in `samples`). No pixels give zeros.
PixelStatistics pixel_statistics(const Samples& samples, const std::vector<int64_t>& indices);

/// How many of the samples at `indices` have each label; one entry a class.
std::vector<int64_t> class_counts(const Samples& samples, const std::vector<int64_t>& indices,
                                  int64_t classes);

}  // namespace strata
