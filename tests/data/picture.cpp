#include "strata/data/picture.hpp"

#include <doctest/doctest.h>
#include <png.h>

#include "data/files.hpp"
#include "strata/record/image.hpp"

namespace strata::test {
namespace {

/// 12 wide and 8 high, with a colour of its own at each place.
Picture pattern() {
  Picture picture{12, 8, {}};
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 12; ++x)
      for (const int value : {x * 20 + y * 3, x * y * 7, 255 - x * 10, 255})
        picture.rgba.push_back(static_cast<uint8_t>(value % 256));
  return picture;
}

Picture plain(int64_t width, int64_t height, std::vector<uint8_t> rgba) {
  Picture picture{width, height, {}};
  for (int64_t i = 0; i < width * height; ++i)
    picture.rgba.insert(picture.rgba.end(), rgba.begin(), rgba.end());
  return picture;
}

bool near(const std::vector<uint8_t>& a, const std::vector<int>& b) {
  if (a.size() < b.size()) return false;
  for (size_t i = 0; i < b.size(); ++i)
    if (std::abs(a[i] - b[i]) > 1) return false;  // Pillow rounds between its two passes
  return true;
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

// Written by Pillow: 8 x 8, red 200, green 40 + 10 x, blue 30 + 10 y.
const std::string colour_jpeg = bytes_of(
    "ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404"
    "050a070706080c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ff"
    "db00430103040405040509050509140d0b0d141414141414141414141414141414141414141414141414141414"
    "1414141414141414141414141414141414141414141414ffc00011080008000803011100021101031101ffc400"
    "14000100000000000000000000000000000006ffc4001810000203000000000000000000000000000004062133"
    "ffc4001501010100000000000000000000000000000708ffc40019110002030100000000000000000000000000"
    "0503043121ffda000c03010002110311003f00250a573a0e6fa8de154b3934ffd9");
const std::string grey_jpeg = bytes_of(
    "ffd8ffe000104a46494600010100000100010000ffdb004300100b0c0e0c0a100e0d0e1211101318281a181616"
    "183123251d283a333d3c3933383740485c4e404457453738506d51575f626768673e4d71797064785c656763ff"
    "c0000b080008000801011100ffc40014000100000000000000000000000000000004ffc4001710000301000000"
    "0000000000000000000000020431ffda0008010100003f003cab87ffd9");
const std::string cmyk_jpeg = bytes_of(
    "ffd8ffee000e41646f626500640000000000ffdb004300281c1e231e19282321232d2b28303c64413c37373c7b"
    "585d4964918099968f808c8aa0b4e6c3a0aadaad8a8cc8ffcbdaeef5ffffff9bc1fffffffaffe6fdfff8ffc000"
    "140800080008044311004d11005911004b1100ffc40014000100000000000000000000000000000005ffc40014"
    "100100000000000000000000000000000000ffda000e0443004d0059004b00003f005ca9322fffd9");

std::string refusal(const std::string& name, const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string path = folder.write(name, bytes);
  return without_path(user_error([&] { read_picture(path); }), path);
}

}  // namespace

TEST_CASE("a picture is turned grey and resized as Pillow's convert('L') and BILINEAR do") {
  CHECK(near(fitted(pattern(), {1, 2, 3}, false), {55, 100, 134, 83, 147, 157}));
  CHECK(near(fitted(pattern(), {1, 4, 6}, false),
             {35, 49, 65,  81,  96,  110, 42, 70,  100, 130, 158, 170,
              50, 92, 138, 169, 157, 150, 56, 112, 165, 143, 148, 172}));
  CHECK(near(fitted(pattern(), {1, 6, 9}, false),
             {31,  38,  46,  55,  63, 71, 79, 87,  94,  34,  47,  61,  76, 91,
              105, 120, 135, 148, 37, 56, 78, 100, 122, 144, 166, 181, 194}));
  CHECK(near(fitted(pattern(), {1, 16, 24}, false),  // larger
             {29, 30, 33, 35, 38, 40, 42, 45, 47, 50, 52, 54, 57, 59, 62,
              64, 67, 69, 71, 74, 76, 79, 81, 82, 29, 31, 34, 37, 40, 42}));
  CHECK(near(fitted(pattern(), {3, 2, 3}, false), {44, 116, 188, 53, 125, 197, 25, 72, 101, 68, 148,
                                                   136, 236, 200, 164, 236, 200, 164}));
}

TEST_CASE("what is transparent lies on white, and an inverted picture is its negative") {
  CHECK(fitted(plain(2, 2, {0, 0, 0, 0}), {1, 1, 1}, false) == std::vector<uint8_t>{255});
  CHECK(fitted(plain(2, 2, {0, 0, 0, 51}), {1, 1, 1}, false) == std::vector<uint8_t>{204});
  CHECK(fitted(plain(2, 2, {10, 10, 10, 255}), {1, 1, 1}, true) == std::vector<uint8_t>{245});
}

TEST_CASE("proportions stay; what is free beside the picture has its edge's mean colour") {
  // A column 2 wide, white with a black spot inside: the edge is white.
  Picture tall = plain(3, 6, {255, 255, 255, 255});
  for (int c = 0; c < 3; ++c) tall.rgba[static_cast<size_t>(4 * (3 * 2 + 1) + c)] = 0;
  const std::vector<uint8_t> made = fitted(tall, {1, 6, 6}, false);
  for (size_t y = 0; y < 6; ++y)
    for (size_t x = 0; x < 6; ++x) {
      CAPTURE(y);
      CAPTURE(x);
      CHECK(made[y * 6 + x] == (y == 2 && x == 2 ? 0 : 255));  // three columns from 1 on
    }
  const std::vector<uint8_t> wide = fitted(plain(9, 1, {0, 0, 0, 255}), {1, 3, 3}, true);
  CHECK(wide == std::vector<uint8_t>(9, 255));
  CHECK(user_error([] { fitted(pattern(), {64}, false); }) ==
        "no picture becomes a sample of 64; expected {1 or 3, height, width}");
}

TEST_CASE("PNG and JPEG files are told by their content, not by their name") {
  const TemporaryFolder folder;
  const Picture colour = read_picture(folder.write("a.png", colour_jpeg));
  REQUIRE(colour.width == 8);
  REQUIRE(colour.height == 8);
  for (const size_t i : {0, 7, 63}) {
    const int x = static_cast<int>(i % 8), y = static_cast<int>(i / 8);
    const int expected[] = {200, 40 + 10 * x, 30 + 10 * y, 255};
    for (size_t c = 0; c < 4; ++c) CHECK(std::abs(colour.rgba[4 * i + c] - expected[c]) <= 2);
  }
  const Picture grey = read_picture(folder.write("b", grey_jpeg));
  CHECK(grey.rgba[0] == 86);  // as Pillow reads it
  CHECK(grey.rgba[1] == 86);
  CHECK(grey.rgba[4 * 63] == 138);
  const Picture png =
      read_picture(folder.write("c.jpg", encode_png({2, 1, 3, {1, 2, 3, 4, 5, 6}})));
  CHECK(png.rgba == std::vector<uint8_t>{1, 2, 3, 255, 4, 5, 6, 255});
}

TEST_CASE("a PNG of 16 bits a channel, which training refuses, is read for prediction") {
  const uint16_t deep[] = {0, 65535};
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = 2;
  image.height = 1;
  image.format = PNG_FORMAT_LINEAR_Y;
  std::string bytes(4096, '\0');
  png_alloc_size_t size = bytes.size();
  REQUIRE(png_image_write_to_memory(&image, bytes.data(), &size, 0, deep, 0, nullptr) != 0);
  bytes.resize(size);
  const TemporaryFolder folder;
  const Picture picture = read_picture(folder.write("deep.png", bytes));
  CHECK(picture.rgba == std::vector<uint8_t>{0, 0, 0, 255, 255, 255, 255, 255});
}

TEST_CASE("files that are no pictures are refused with what was expected") {
  CHECK(refusal("a.png", "GIF89a and so on") ==
        "this is no file of images; expected PNG, JPEG, IDX or npy");
  CHECK(refusal("a.jpg", colour_jpeg.substr(0, 250)) == "broken JPEG (Premature end of JPEG file)");
  CHECK(refusal("a.jpg", colour_jpeg.substr(0, 60)).rfind("broken JPEG (", 0) == 0);
  CHECK(refusal("a.jpg", cmyk_jpeg) ==
        "the picture has the four inks of a printer (CMYK), expected grey or red, green and blue");
  CHECK(refusal("a.idx", idx({1, 2, 2}, "abcd")) ==
        "this is an array of images; expected one picture, PNG or JPEG");
  CHECK(refusal("a.png", "") == "the file is empty");
  std::string huge = encode_png({1, 1, 1, {0}});
  huge.replace(16, 8, std::string("\0\0\xff\xff\0\0\xff\xff", 8));  // 65535 x 65535; its CRC is off
  CHECK(refusal("a.png", huge).rfind("at byte ", 0) == 0);
  CHECK(user_error([] { check_picture_size("a.png", 65536, 65536); }) ==
        "a.png: the picture is 65536 high and 65536 wide; at most 67 million pixels are read");
  CHECK_NOTHROW(check_picture_size("a.png", 8192, 8192));
}

TEST_CASE("gzip is undone before the kind of a file is told") {
  const TemporaryFolder folder;
  CHECK(image_file_kind(folder.write("a", gzip(idx({1, 2, 2}, "abcd")))) == ImageFile::idx);
  CHECK(image_file_kind(folder.write("b", "\x93NUMPY...")) == ImageFile::npy);
}

}  // namespace strata::test
