#pragma once
// NumPy's npy files. Implemented in npy.cpp.
#include <string>
#include <string_view>
#include <vector>

#include "strata/data/dataset.hpp"

namespace strata {

/// Reads images and labels from two files of NumPy's format (NEP 1, versions 1 to 3; gzip or not).
/// Images are uint8, {count, shape...} with dimensions of one at the front of a sample left out at
/// will; labels are {count}, of any integer type, each below `classes`. Both in C order and, where
/// a number has several bytes, little-endian. Appends the two files to `files`. Every mistake is a
/// UserError naming the file, the offset and what is wrong.
Samples read_npy_samples(const std::string& images, const std::string& labels, const Shape& shape,
                         int64_t classes, std::vector<DataFile>& files);

/// The images alone, count * element_count(shape) bytes. Throws UserError likewise.
std::vector<uint8_t> read_npy_images(const std::string& path, const Shape& shape);

/// An array of little-endian numbers in C order as a file of the format, version 1.0. `type` is
/// NumPy's name of theirs ("<f4"); `bytes` are all of them.
std::string npy_file(const std::string& type, const Shape& sizes, std::string_view bytes);

/// The first dimension of an array in NumPy's format, by its header. Throws UserError as
/// read_npy_samples().
int64_t npy_count(const std::string& path);

}  // namespace strata
