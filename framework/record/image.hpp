#pragma once
// A run's pictures as bytes and as PNG. Implemented in image.cpp.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace strata {

/// Bytes of grey (one channel) or red, green, blue (three), row after row from the top.
struct Image {
  int64_t width = 0;
  int64_t height = 0;
  int64_t channels = 1;
  std::vector<uint8_t> pixels;  ///< height * width * channels
};

/// A sheet of tiles in rows from the top left, one pixel apart.
/// @param tiles  count * channels * height * width bytes, tile after tile, each as samples are
/// stored
///               (channel by channel). One or three channels are shown; of others, the first.
/// @param columns  tiles in a row; the last row may be short (its rest stays black)
/// Throws std::invalid_argument where the bytes are no whole number of tiles.
Image tile_sheet(const std::vector<uint8_t>& tiles, int64_t channels, int64_t height, int64_t width,
                 int64_t columns);

/// Values in [low, high] as bytes 0 ... 255, clamped; what is not a number becomes 0.
std::vector<uint8_t> to_bytes(const std::vector<float>& values, float low, float high);

/// Weights as tiles of `tile_size` values: each tile is scaled by its own largest magnitude, so
/// that 0 is grey (128), the tile's largest positive weight 255, the negative one 1.
std::vector<uint8_t> filter_bytes(const std::vector<float>& weights, int64_t tile_size);

/// The file's bytes (PNG, 8 bits a channel). Throws std::invalid_argument where the sizes disagree.
std::string encode_png(const Image& image);

/// Written atomically. Throws RunError as write_file_atomically() does.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace strata
