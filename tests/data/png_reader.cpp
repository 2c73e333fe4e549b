#include "strata/data/png_reader.hpp"

#include <doctest/doctest.h>
#include <png.h>
#include <sys/stat.h>

#include "data/files.hpp"

namespace strata::test {
namespace {

// A PNG by libpng's own writer; `format` is PNG_FORMAT_..., pixels of 8 bits (16 for the linear
// ones).
std::string png(uint32_t width, uint32_t height, uint32_t format, const void* pixels,
                const void* colormap = nullptr, uint32_t colors = 0) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = format;
  image.colormap_entries = colors;
  png_alloc_size_t size = 0;
  if (png_image_write_to_memory(&image, nullptr, &size, 0, pixels, 0, colormap) == 0) {
    throw RunError(image.message);
  }
  std::string bytes(size, '\0');
  png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, colormap);
  bytes.resize(size);
  return bytes;
}

const std::vector<uint8_t> grey = {0, 1, 2, 100, 200, 255};
const std::vector<uint8_t> colour = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};  // 2 x 2

std::vector<uint8_t> read(const std::string& bytes, const Shape& shape) {
  const TemporaryFolder folder;
  std::vector<uint8_t> pixels(static_cast<size_t>(element_count(shape)));
  read_png(folder.write("a.png", bytes), shape, pixels.data());
  return pixels;
}

std::string error(const std::string& bytes, const Shape& shape) {
  const TemporaryFolder folder;
  const std::string path = folder.write("a.png", bytes);
  std::vector<uint8_t> pixels(static_cast<size_t>(element_count(shape)));
  return without_path(user_error([&] { read_png(path, shape, pixels.data()); }), path);
}

const std::string grey_png = png(3, 2, PNG_FORMAT_GRAY, grey.data());

}  // namespace

TEST_CASE("grey and colour are read without conversion, channel by channel") {
  CHECK(read(grey_png, {1, 2, 3}) == grey);
  std::vector<uint8_t> thrice = grey;
  for (int i = 0; i < 2; ++i) thrice.insert(thrice.end(), grey.begin(), grey.end());
  CHECK(read(grey_png, {3, 2, 3}) == thrice);
  CHECK(read(png(2, 2, PNG_FORMAT_RGB, colour.data()), {3, 2, 2}) ==
        std::vector<uint8_t>{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12});
}

TEST_CASE("colour images fit one channel where they are grey; palettes and opaque alpha are read") {
  const std::vector<uint8_t> rgb = {5, 5, 5, 9, 9, 9};
  CHECK(read(png(2, 1, PNG_FORMAT_RGB, rgb.data()), {1, 1, 2}) == std::vector<uint8_t>{5, 9});
  const std::vector<uint8_t> rgba = {5, 6, 7, 255, 9, 9, 9, 255};
  CHECK(read(png(2, 1, PNG_FORMAT_RGBA, rgba.data()), {3, 1, 2}) ==
        std::vector<uint8_t>{5, 9, 6, 9, 7, 9});
  const std::vector<uint8_t> palette = {10, 20, 30, 40, 50, 60}, index = {1, 0};
  CHECK(read(png(2, 1, PNG_FORMAT_RGB_COLORMAP, index.data(), palette.data(), 2), {3, 1, 2}) ==
        std::vector<uint8_t>{40, 10, 50, 20, 60, 30});
}

TEST_CASE("images that would lose something are refused") {
  CHECK(error(png(2, 2, PNG_FORMAT_RGB, colour.data()), {1, 2, 2}) ==
        "the pixel at row 0, column 0 has a colour, but the declared shape has one channel (grey)");
  const std::vector<uint8_t> rgba = {5, 6, 7, 255, 9, 9, 9, 254};
  CHECK(error(png(2, 1, PNG_FORMAT_RGBA, rgba.data()), {3, 1, 2}) ==
        "the pixel at row 0, column 1 is transparent; expected an opaque image");
  const std::vector<uint16_t> deep = {0, 65535};
  CHECK(error(png(2, 1, PNG_FORMAT_LINEAR_Y, deep.data()), {1, 1, 2}) ==
        "the image has 16 bits a channel, expected 8");
  CHECK(error(grey_png, {1, 3, 2}) == "the image is 2 high and 3 wide, expected 3 and 2");
}

TEST_CASE("broken images are refused") {
  const Shape shape = {1, 2, 3};
  CHECK(error("", shape) == "the file is empty");
  CHECK(error("\xff\xd8\xff\xe0 a JPEG", shape) == "this is no PNG file");
  for (const size_t size : {size_t{8}, size_t{40}, grey_png.size() - 12}) {
    CHECK(error(grey_png.substr(0, size), shape) ==
          "at byte " + std::to_string(size) + ": broken PNG (Read Error)");
  }
  // The signature and the header's chunk: 8 + 4 + 4 + 13 + 4 bytes (RFC 2083).
  CHECK(error(with_byte(grey_png, 20, 9), shape) == "at byte 33: broken PNG (IHDR: CRC error)");
  const size_t data = grey_png.find("IDAT") + 4;
  CHECK(error(with_byte(grey_png, data + 4, '\x55'), shape) ==
        "at byte " + std::to_string(grey_png.size() - 16) +
            ": broken PNG (IDAT: incorrect data check)");
}

TEST_CASE("what is no regular file is refused, and does not hang") {
  const TemporaryFolder folder;
  uint8_t pixel = 0;
  const auto error_of = [&](const std::string& path) {
    return without_path(user_error([&] { read_png(path, {1, 1, 1}, &pixel); }), path);
  };
  const std::string pipe = folder / "pipe.png";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_of(pipe) == "it is no regular file, but a pipe or a device");
  CHECK(error_of(folder.path.string()) == "it is a folder, not a file");
  CHECK(error_of(folder / "absent.png") == "No such file or directory");
}

}  // namespace strata::test
