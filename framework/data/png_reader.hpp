#pragma once
// PNG files as bytes of pixels, and as pictures. Implemented in png_reader.cpp.
#include <cstdint>
#include <string>

#include "strata/data/dataset.hpp"
#include "strata/data/picture.hpp"

namespace strata {

/// Reads a PNG of 8 bits or less a channel into element_count(shape) bytes at `to`, for shape {1 or
/// 3, height, width}, channel by channel. No colour is converted: a grey image fills all three
/// channels, a colour image fits {1, ...} only where each pixel is grey, transparency is refused,
/// and the file's gamma is ignored. Throws UserError naming the file and what is wrong.
void read_png(const std::string& path, const Shape& shape, uint8_t* to);

/// Reads any PNG; 16 bits a channel become 8. Throws UserError likewise.
Picture read_png(const std::string& path);

}  // namespace strata
