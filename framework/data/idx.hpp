#pragma once
// The IDX files of MNIST and its kin. Implemented in idx.cpp.
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"

namespace strata {

/// Reads images and labels from two files of unsigned bytes in the IDX format (described with
/// MNIST, http://yann.lecun.com/exdb/mnist/: two zero bytes, a type, the number of dimensions, each
/// dimension as a big-endian 32-bit number, the data), gzip or not. Images are {count, shape...},
/// with dimensions of one at the front of a sample left out at will; labels are {count}, each below
/// `classes`. Appends the two files to `files`. Every mistake is a UserError naming the file, the
/// offset and what is wrong.
Samples read_idx_samples(const std::string& images, const std::string& labels, const Shape& shape,
                         int64_t classes, std::vector<DataFile>& files);

/// The images alone, count * element_count(shape) bytes. Throws UserError likewise.
std::vector<uint8_t> read_idx_images(const std::string& path, const Shape& shape);

/// The number of items that an IDX file's header declares. Throws UserError as read_idx_samples().
int64_t idx_count(const std::string& path);

}  // namespace strata
