// What is known of the set without looking at its code: counts, and where stripes are bright.
#include <cstdio>

#include "strata/contract/example.hpp"
#include "strata/data/dataset.hpp"

int main() {
  const auto dataset = strata::component<strata::Dataset>("{type: @name@, count: 20}");
  const strata::LoadedData data = dataset->load({});
  const auto& pixels = data.train.pixels;
  const bool good = data.train.count() == 20 && data.test.count() == 4 &&
                    pixels.size() == 20 * 144 &&              // 12x12 each
                    data.train.labels[0] == 0 &&              // the first one's stripes lie:
                    pixels[0] >= 155 && pixels[11] >= 155 &&  // its first row is bright,
                    pixels[2 * 12] < 100;                     // its third one dark
  std::printf(good ? "as expected\n" : "not as expected\n");
  return good ? 0 : 1;
}
