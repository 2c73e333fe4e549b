#include "strata/record/image.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "strata/support/files.hpp"

namespace strata {
namespace {

uint8_t to_byte(float unit) {
  return static_cast<uint8_t>(std::lround(255.0F * std::clamp(unit, 0.0F, 1.0F)));
}

}  // namespace

Image tile_sheet(const std::vector<uint8_t>& tiles, int64_t channels, int64_t height, int64_t width,
                 int64_t columns) {
  const int64_t tile_size = channels * height * width;
  const auto bytes = static_cast<int64_t>(tiles.size());
  if (tile_size <= 0 || columns <= 0 || bytes == 0 || bytes % tile_size != 0)
    throw std::invalid_argument(fmt::format("{} bytes are no tiles of {}x{}x{} in {} columns",
                                            bytes, channels, height, width, columns));
  const int64_t count = bytes / tile_size;
  const int64_t rows = (count + columns - 1) / columns;
  Image sheet;
  sheet.channels = channels == 3 ? 3 : 1;
  sheet.width = columns * (width + 1) - 1;
  sheet.height = rows * (height + 1) - 1;
  sheet.pixels.assign(static_cast<size_t>(sheet.width * sheet.height * sheet.channels), 0);
  for (int64_t t = 0; t < count; ++t)
    for (int64_t c = 0; c < sheet.channels; ++c)
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x) {
          const int64_t row = t / columns * (height + 1) + y;
          const int64_t column = t % columns * (width + 1) + x;
          sheet.pixels[static_cast<size_t>((row * sheet.width + column) * sheet.channels + c)] =
              tiles[static_cast<size_t>(((t * channels + c) * height + y) * width + x)];
        }
  return sheet;
}

std::vector<uint8_t> to_bytes(const std::vector<float>& values, float low, float high) {
  std::vector<uint8_t> bytes(values.size());
  std::transform(values.begin(), values.end(), bytes.begin(), [&](float v) -> uint8_t {
    return std::isnan(v) ? uint8_t{0} : to_byte((v - low) / (high - low));
  });
  return bytes;
}

std::vector<uint8_t> filter_bytes(const std::vector<float>& weights, int64_t tile_size) {
  const auto size = static_cast<size_t>(tile_size);
  std::vector<uint8_t> bytes(weights.size(), 128);
  for (size_t begin = 0; begin + size <= weights.size(); begin += size) {
    float largest = 0.0F;
    for (size_t i = begin; i < begin + size; ++i)
      if (std::isfinite(weights[i])) largest = std::max(largest, std::abs(weights[i]));
    if (largest == 0.0F) continue;
    for (size_t i = begin; i < begin + size; ++i)
      if (std::isfinite(weights[i]))
        bytes[i] = static_cast<uint8_t>(128 + std::lround(127.0F * weights[i] / largest));
  }
  return bytes;
}

std::string encode_png(const Image& image) {
  const int64_t bytes = image.width * image.height * image.channels;
  if (bytes <= 0 || (image.channels != 1 && image.channels != 3) ||
      bytes != static_cast<int64_t>(image.pixels.size()))
    throw std::invalid_argument(fmt::format("an image of {}x{}x{} cannot hold {} bytes",
                                            image.height, image.width, image.channels,
                                            image.pixels.size()));
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = image.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  std::string file(PNG_IMAGE_PNG_SIZE_MAX(png), '\0');
  png_alloc_size_t size = file.size();
  if (png_image_write_to_memory(&png, file.data(), &size, 0, image.pixels.data(), 0, nullptr) == 0)
    throw std::runtime_error(fmt::format("libpng: {}", png.message));
  file.resize(size);
  return file;
}

void write_png(const std::filesystem::path& path, const Image& image) {
  write_file_atomically(path, encode_png(image));
}

}  // namespace strata
