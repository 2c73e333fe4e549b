#pragma once
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"

namespace strata {

/// The items of an IDX file (http://yann.lecun.com/exdb/mnist/, "the IDX file format"): two zero
/// bytes, a type, the number of dimensions, each dimension as a big-endian 32-bit number, the data.
struct IdxItems {
  int64_t count = 0;
  std::vector<uint8_t> bytes;  ///< count * element_count(item shape)
  int64_t first_offset = 0;    ///< of the first byte of data in the decompressed file
  std::string sha256;          ///< of the decompressed file
};

/// Reads a file of unsigned bytes, gzip or not, whose items have the given shape; no shape means
/// labels, one byte each. Dimensions of one at the front of an item may be left out (28x28 is
/// 1x28x28). Every mistake is a UserError naming the file, the offset and what is wrong; nothing is
/// allocated before the sizes are known to fit the shape and the file.
IdxItems read_idx(const std::string& path, const Shape& item_shape);

/// One part of a data set: images and their labels, of which each must be below `classes`. Appends
/// the two files to `files`. Errors as above.
Samples read_idx_samples(const std::string& images, const std::string& labels, const Shape& shape,
                         int64_t classes, std::vector<DataFile>& files);

/// Refuses a label that is not below `classes`, naming `path` and the label's place in it.
void check_labels(const std::string& path, const std::vector<uint8_t>& labels, int64_t first_offset,
                  int64_t classes);

/// Refuses counts that differ, naming both files.
void check_counts(const std::string& images, int64_t image_count, const std::string& labels,
                  int64_t label_count);

}  // namespace strata
