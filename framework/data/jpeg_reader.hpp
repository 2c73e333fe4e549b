#pragma once
// JPEG files as pictures. Implemented in jpeg_reader.cpp.
#include <string>

#include "strata/data/picture.hpp"

namespace strata {

/// Reads a JPEG, grey or in colour, as it is stored: a camera's note on how it was held (EXIF) is
/// not heeded. Throws UserError naming the file and what is wrong.
Picture read_jpeg(const std::string& path);

}  // namespace strata
