#include "strata/data/items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace strata {
namespace {

Shape without_leading_ones(Shape shape) {
  size_t ones = 0;
  while (ones + 1 < shape.size() && shape[ones] == 1) ++ones;
  shape.erase(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(ones));
  return shape;
}

bool same_item(const Shape& found, const Shape& expected) {
  if (expected.empty() || found.empty()) return found.empty() && expected.empty();
  return without_leading_ones(found) == without_leading_ones(expected);
}

std::string item_text(const Shape& shape) {
  return shape.empty() ? "labels (one dimension)" : "items of " + shape_text(shape);
}

// Before allocating: the data must be able to be in the file.
void check_size(const ByteSource& source, uint64_t offset, const Shape& sizes, int64_t item_bytes) {
  const int64_t count = sizes[0];
  if (count == 0) throw data_error(source.path(), offset, "the file holds no items");
  if (item_bytes > static_cast<int64_t>(max_file_content) / count) {
    throw data_error(source.path(), offset,
                     fmt::format("the header declares {} items of {} bytes, more than the {} GiB "
                                 "that a file may hold",
                                 count, item_bytes, max_file_content >> 30));
  }
  const auto bytes = static_cast<uint64_t>(count * item_bytes);
  if (bytes <= source.most_bytes()) return;
  const char* const reason =
      source.gzip() ? "a gzip file of this size holds at most {}" : "{} follow";
  throw data_error(
      source.path(), source.offset(),
      fmt::format("the header declares {} bytes of data ({}), but {}", bytes, shape_text(sizes),
                  fmt::format(fmt::runtime(reason), source.most_bytes())));
}

}  // namespace

void check_item_shape(const ByteSource& source, uint64_t offset, const Shape& found,
                      const Shape& expected) {
  if (same_item(found, expected)) return;
  throw data_error(
      source.path(), offset,
      fmt::format("the file holds {}, expected {}", item_text(found), item_text(expected)));
}

std::vector<uint8_t> read_items(ByteSource& source, uint64_t offset, const Shape& sizes,
                                int64_t item_bytes) {
  check_size(source, offset, sizes, item_bytes);
  constexpr size_t step = size_t{1} << 22;
  const auto size = static_cast<size_t>(sizes[0] * item_bytes);
  std::vector<uint8_t> bytes;
  bytes.reserve(size);
  while (bytes.size() < size) {
    const size_t done = bytes.size();
    bytes.resize(std::min(size, done + step));
    const size_t got = source.read(&bytes[done], bytes.size() - done);
    if (done + got < bytes.size()) {
      throw data_error(source.path(), source.offset(),
                       fmt::format("the data ends here, {} bytes short of the {} that the header "
                                   "declares ({})",
                                   size - done - got, size, shape_text(sizes)));
    }
  }
  source.expect_end();
  return bytes;
}

void check_counts(const std::string& images, int64_t image_count, const std::string& labels,
                  uint64_t offset, int64_t label_count) {
  if (image_count == label_count) return;
  throw data_error(labels, offset,
                   fmt::format("the file holds {} labels, but {} holds {} images", label_count,
                               images, image_count));
}

UserError label_error(const std::string& path, uint64_t offset, size_t sample,
                      const std::string& label, int64_t classes) {
  return data_error(
      path, offset,
      fmt::format("label {} of sample {} is out of range: {} classes are declared, so "
                  "that labels are 0 to {}",
                  label, sample, classes, classes - 1));
}

DataFile data_file(ByteSource& source) {
  std::filesystem::path name = std::filesystem::path(source.path()).filename();
  if (name.extension() == ".gz") name.replace_extension();
  return {name.string(), source.path(), source.sha256()};
}

}  // namespace strata
