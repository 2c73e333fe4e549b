#include "strata/data/statistics.hpp"

namespace strata {

PixelStatistics pixel_statistics(const Samples& samples, const std::vector<int64_t>& indices) {
  PixelStatistics result;
  const auto size = static_cast<size_t>(element_count(samples.shape));
  std::array<std::array<int64_t, 256>, 4>
      lanes{};  // so that equal neighbours do not wait for each other
  for (const int64_t index : indices) {
    const uint8_t* pixel = samples.pixels.data() + static_cast<size_t>(index) * size;
    for (size_t i = 0; i < size; ++i) ++lanes[i & 3][pixel[i]];
  }
  int64_t count = 0, sum = 0;
  for (size_t value = 0; value < 256; ++value) {
    int64_t& here = result.histogram[value];
    for (const auto& lane : lanes) here += lane[value];
    count += here;
    sum += here * static_cast<int64_t>(value);
  }
  if (count == 0) return result;
  const double mean = static_cast<double>(sum) / static_cast<double>(count);
  double squares = 0;
  for (size_t value = 0; value < 256; ++value) {
    const double distance = static_cast<double>(value) - mean;
    squares += static_cast<double>(result.histogram[value]) * distance * distance;
  }
  result.mean = mean / 255;
  result.variance = squares / static_cast<double>(count) / (255.0 * 255.0);
  return result;
}

std::vector<int64_t> class_counts(const Samples& samples, const std::vector<int64_t>& indices,
                                  int64_t classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  for (const int64_t index : indices) ++counts[samples.labels[static_cast<size_t>(index)]];
  return counts;
}

}  // namespace strata
