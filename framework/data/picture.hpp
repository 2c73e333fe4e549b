#pragma once
// Pictures of any size and colour, and how one becomes a model's input. Implemented in picture.cpp;
// read in png_reader.cpp and jpeg_reader.cpp.
#include <cstdint>
#include <string>
#include <vector>

namespace strata {

/// A picture as its file shows it: red, green, blue and opacity, a byte each, row after row.
struct Picture {
  int64_t width = 0, height = 0;
  std::vector<uint8_t> rgba;
};

/// The most pixels that a picture may have: 67 million.
inline constexpr int64_t most_picture_pixels = int64_t{1} << 26;

/// Throws UserError where a picture of this size is too large.
void check_picture_size(const std::string& path, int64_t width, int64_t height);

/// What a file of images is, by its first bytes, gzip undone, and not by its name.
enum class ImageFile { png, jpeg, idx, npy };
/// Throws UserError where it is none of these.
ImageFile image_file_kind(const std::string& path);

/// Reads a PNG or JPEG file. Throws UserError naming the file and what is wrong.
Picture read_picture(const std::string& path);

/// The picture as a sample of {1 or 3, height, width}, channel by channel:
///   1. what is transparent lies on white;
///   2. one channel is grey, 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601);
///   3. it is resized with its proportions kept, by a triangle filter two target pixels wide, which
///      averages where the picture shrinks and is bilinear where it grows;
///   4. it lies in the middle, and what it leaves free has the mean colour of its edge;
///   5. with `invert`, each byte is 255 less itself, for what is dark on light.
std::vector<uint8_t> fitted(const Picture& picture, const std::vector<int64_t>& shape, bool invert);

}  // namespace strata
