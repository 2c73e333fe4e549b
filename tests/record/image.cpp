#include "strata/record/image.hpp"

#include <doctest/doctest.h>
#include <png.h>

#include <cmath>
#include <stdexcept>

#include "report/make_records.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using Bytes = std::vector<uint8_t>;

namespace {

Image decode(const std::string& file) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&png, file.data(), file.size()) != 0);
  Image image;
  image.width = png.width;
  image.height = png.height;
  image.channels = PNG_IMAGE_PIXEL_CHANNELS(png.format);
  image.pixels.resize(PNG_IMAGE_SIZE(png));
  REQUIRE(png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr) != 0);
  return image;
}

}  // namespace

TEST_CASE("tiles are laid in rows, one pixel apart, the rest black") {
  // Three tiles of 1x2x2 in two columns:   1 2 . 5 6
  //                                        3 4 . 7 8
  //                                        . . . . .
  //                                        9 8 . . .
  //                                        7 6 . . .
  const Image sheet = tile_sheet({1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6}, 1, 2, 2, 2);
  CHECK(sheet.width == 5);
  CHECK(sheet.height == 5);
  CHECK(sheet.pixels ==
        Bytes{1, 2, 0, 5, 6, 3, 4, 0, 7, 8, 0, 0, 0, 0, 0, 9, 8, 0, 0, 0, 7, 6, 0, 0, 0});
}

TEST_CASE("channel by channel in, pixel by pixel out") {
  const Image colour = tile_sheet({1, 2, 3, 4, 5, 6}, 3, 1, 2, 1);  // red 1 2, green 3 4, blue 5 6
  CHECK(colour.channels == 3);
  CHECK(colour.pixels == Bytes{1, 3, 5, 2, 4, 6});
  const Image two = tile_sheet({1, 2, 3, 4}, 2, 1, 2, 1);
  CHECK(two.channels == 1);
  CHECK(two.pixels == Bytes{1, 2});
  CHECK_THROWS_AS(tile_sheet({1, 2, 3}, 1, 2, 2, 1), std::invalid_argument);
  CHECK_THROWS_AS(tile_sheet({}, 1, 2, 2, 1), std::invalid_argument);
}

TEST_CASE("values become bytes by their range, weights around grey") {
  CHECK(to_bytes({-1.0F, 0.0F, 1.0F, 9.0F, -9.0F, NAN}, -1.0F, 1.0F) ==
        Bytes{0, 128, 255, 255, 0, 0});
  CHECK(filter_bytes({0.5F, -0.25F, 0.0F, 4.0F, -4.0F, INFINITY, 0.0F, 0.0F, 0.0F}, 3) ==
        Bytes{255, 64, 128, 255, 1, 128, 128, 128, 128});
}

TEST_CASE("a PNG that libpng reads back, grey and colour") {
  const test::TemporaryFolder folder("png");
  for (const int64_t channels : {1, 3}) {
    Image image{3, 2, channels, {}};
    for (int64_t i = 0; i < 6 * channels; ++i) image.pixels.push_back(static_cast<uint8_t>(i * 14));
    write_png(folder.path / "x.png", image);
    const Image read = decode(read_file(folder.path / "x.png"));
    CHECK(read.width == 3);
    CHECK(read.height == 2);
    CHECK(read.channels == channels);
    CHECK(read.pixels == image.pixels);
  }
  CHECK_THROWS_AS(encode_png({2, 2, 1, {1, 2, 3}}), std::invalid_argument);
  CHECK_THROWS_AS(encode_png({1, 1, 2, {1, 2}}), std::invalid_argument);
}
