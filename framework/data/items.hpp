#pragma once
// The items of a folder of images. Implemented in items.cpp.
#include <cstdint>
#include <string>
#include <vector>

#include "strata/data/byte_source.hpp"
#include "strata/data/dataset.hpp"

/// What the readers of arrays (IDX, NumPy) have in common: items of a declared shape, one after the
/// other.
namespace strata {

/// Refuses items of another shape than declared; no shape means labels. Dimensions of one at the
/// front may be left out (28x28 is 1x28x28). `offset` is where the file says its sizes.
void check_item_shape(const ByteSource& source, uint64_t offset, const Shape& found,
                      const Shape& expected);

/// Reads sizes[0] items of `item_bytes` bytes, with which the file must end. Absurd sizes, which
/// the file says at `offset`, are refused before anything is allocated, and memory is touched only
/// as data comes, so that a small file with a great claim costs little.
std::vector<uint8_t> read_items(ByteSource& source, uint64_t offset, const Shape& sizes,
                                int64_t item_bytes);

/// Refuses counts that differ, naming both files; `offset` is where that of labels says its own.
void check_counts(const std::string& images, int64_t image_count, const std::string& labels,
                  uint64_t offset, int64_t label_count);

/// "PATH: at byte OFFSET: label 12 of sample 3 is out of range: ...".
UserError label_error(const std::string& path, uint64_t offset, size_t sample,
                      const std::string& label, int64_t classes);

/// The entry for the record of a file read to its end: its name without ".gz", path and SHA-256.
DataFile data_file(ByteSource& source);

}  // namespace strata
