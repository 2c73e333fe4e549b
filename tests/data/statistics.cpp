#include "strata/data/statistics.hpp"

#include <doctest/doctest.h>

namespace strata::test {

TEST_CASE("pixel statistics of some samples, by hand") {
  Samples samples;
  samples.shape = {1, 1, 3};
  samples.pixels = {0, 51, 102, 7, 7, 7, 255, 255, 204};
  samples.labels = {0, 1, 2};
  // Of 0, 0.2, 0.4, 1, 1, 0.8: mean 3.4 / 6; squares 2.84 / 6 less the mean's.
  const PixelStatistics pixels = pixel_statistics(samples, {0, 2});
  CHECK(pixels.mean == doctest::Approx(3.4 / 6).epsilon(1e-15));
  CHECK(pixels.variance == doctest::Approx(2.84 / 6 - 3.4 * 3.4 / 36).epsilon(1e-14));
  CHECK(pixels.histogram[255] == 2);
  CHECK(pixels.histogram[204] == 1);
  CHECK(pixels.histogram[7] == 0);
  int64_t all = 0;
  for (const int64_t count : pixels.histogram) all += count;
  CHECK(all == 6);
}

TEST_CASE("pixels that are all alike have no variance, and no pixels give zeros") {
  Samples samples;
  samples.shape = {5};
  samples.pixels.assign(15, 77);
  samples.labels = {0, 0, 1};
  CHECK(pixel_statistics(samples, {0, 1, 2}).variance == 0);
  CHECK(pixel_statistics(samples, {0, 1, 2}).mean == 77.0 / 255);
  CHECK(pixel_statistics(samples, {}).mean == 0);
  CHECK(pixel_statistics(samples, {}).variance == 0);
}

TEST_CASE("counts by class, with classes that do not occur") {
  Samples samples;
  samples.labels = {2, 0, 2, 2};
  CHECK(class_counts(samples, {0, 1, 2}, 4) == std::vector<int64_t>{1, 0, 2, 0});
}

}  // namespace strata::test
