#include "strata/data/idx.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "strata/data/byte_source.hpp"

namespace strata {
namespace {

constexpr uint8_t type_bytes = 0x08;

const char* type_name(uint8_t type) {
  switch (type) {
    case type_bytes:
      return "unsigned bytes";
    case 0x09:
      return "signed bytes";
    case 0x0b:
      return "16-bit integers";
    case 0x0c:
      return "32-bit integers";
    case 0x0d:
      return "32-bit floats";
    case 0x0e:
      return "64-bit floats";
    default:
      return nullptr;
  }
}

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

void read_header_bytes(ByteSource& source, uint8_t* to, size_t size) {
  const size_t got = source.read(to, size);
  if (got == size) return;
  throw data_error(source.path(), source.offset(),
                   "the file ends within the header: it was cut off");
}

// The number of dimensions, after a check of the four bytes of the magic number.
size_t read_magic(ByteSource& source) {
  uint8_t magic[4];
  read_header_bytes(source, magic, sizeof magic);
  const uint8_t type = magic[2];
  if (magic[0] != 0 || magic[1] != 0 || type_name(type) == nullptr || magic[3] == 0) {
    throw data_error(source.path(), 0,
                     fmt::format("this is no IDX file: expected its magic number (00 00 08 and the "
                                 "number of dimensions), found {:02x} {:02x} {:02x} {:02x}",
                                 magic[0], magic[1], magic[2], magic[3]));
  }
  if (type != type_bytes) {
    throw data_error(source.path(), 2,
                     fmt::format("the file holds {} (type {:#04x}), expected unsigned bytes "
                                 "(type 0x08)",
                                 type_name(type), type));
  }
  return magic[3];
}

// {count, sizes of an item...}
Shape read_dimensions(ByteSource& source, size_t dimensions) {
  std::vector<uint8_t> bytes(4 * dimensions);
  read_header_bytes(source, bytes.data(), bytes.size());
  Shape sizes;
  for (size_t i = 0; i < dimensions; ++i) {
    const uint8_t* b = &bytes[4 * i];
    sizes.push_back(int64_t{b[0]} << 24 | int64_t{b[1]} << 16 | int64_t{b[2]} << 8 | b[3]);
  }
  return sizes;
}

void check_item(const ByteSource& source, const Shape& found, const Shape& expected) {
  if (same_item(found, expected)) return;
  const std::string what =
      found.empty() ? "labels (one dimension)" : "items of " + shape_text(found);
  const std::string wanted =
      expected.empty() ? "labels (one dimension)" : "items of " + shape_text(expected);
  throw data_error(source.path(), 3, fmt::format("the file holds {}, expected {}", what, wanted));
}

// Before allocating: the data must be able to be in the file.
void check_size(const ByteSource& source, const Shape& sizes, int64_t item_bytes) {
  const int64_t count = sizes[0];
  if (count == 0) throw data_error(source.path(), 4, "the file holds no items");
  const auto limit = static_cast<int64_t>(max_file_content);
  if (item_bytes > limit / count) {
    throw data_error(source.path(), 4,
                     fmt::format("the header declares {} items of {} bytes, more than the {} GiB "
                                 "that a file may hold",
                                 count, item_bytes, max_file_content >> 30));
  }
  const auto bytes = static_cast<uint64_t>(count * item_bytes);
  if (bytes <= source.most_bytes()) return;
  throw data_error(
      source.path(), source.offset(),
      fmt::format("the header declares {} bytes of data ({}), but {} {}", bytes, shape_text(sizes),
                  source.gzip() ? "a gzip file of this size can hold at most"
                                : "the number of bytes that follow is",
                  source.most_bytes()));
}

// Memory is touched only as data comes, so that a small file with a great claim costs little.
size_t read_growing(ByteSource& source, std::vector<uint8_t>& bytes, size_t size) {
  constexpr size_t step = size_t{1} << 22;
  bytes.reserve(size);
  while (bytes.size() < size) {
    const size_t done = bytes.size();
    bytes.resize(std::min(size, done + step));
    const size_t got = source.read(&bytes[done], bytes.size() - done);
    if (done + got < bytes.size()) return done + got;
  }
  return size;
}

}  // namespace

IdxItems read_idx(const std::string& path, const Shape& item_shape) {
  ByteSource source(path);
  const Shape sizes = read_dimensions(source, read_magic(source));
  check_item(source, Shape(sizes.begin() + 1, sizes.end()), item_shape);
  const int64_t item_bytes = element_count(item_shape);
  check_size(source, sizes, item_bytes);

  IdxItems items;
  items.count = sizes[0];
  items.first_offset = static_cast<int64_t>(source.offset());
  const auto size = static_cast<size_t>(items.count * item_bytes);
  const size_t got = read_growing(source, items.bytes, size);
  if (got < size) {
    throw data_error(path, source.offset(),
                     fmt::format("the data ends here, {} bytes short of the {} that the header "
                                 "declares ({})",
                                 size - got, size, shape_text(sizes)));
  }
  source.expect_end();
  items.sha256 = source.sha256();
  return items;
}

void check_labels(const std::string& path, const std::vector<uint8_t>& labels, int64_t first_offset,
                  int64_t classes) {
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < classes) continue;
    throw data_error(path, static_cast<uint64_t>(first_offset) + i,
                     fmt::format("label {} of sample {} is out of range: {} classes are declared, "
                                 "so that labels are 0 to {}",
                                 labels[i], i, classes, classes - 1));
  }
}

void check_counts(const std::string& images, int64_t image_count, const std::string& labels,
                  int64_t label_count) {
  if (image_count == label_count) return;
  throw data_error(labels, fmt::format("the file holds {} labels, but {} holds {} images",
                                       label_count, images, image_count));
}

Samples read_idx_samples(const std::string& images, const std::string& labels, const Shape& shape,
                         int64_t classes, std::vector<DataFile>& files) {
  IdxItems image_items = read_idx(images, shape);
  IdxItems label_items = read_idx(labels, {});
  check_counts(images, image_items.count, labels, label_items.count);
  check_labels(labels, label_items.bytes, label_items.first_offset, classes);
  const auto add_file = [&files](const std::string& path, const std::string& sha256) {
    std::filesystem::path name = std::filesystem::path(path).filename();
    if (name.extension() == ".gz") name.replace_extension();
    files.push_back({name.string(), path, sha256});
  };
  add_file(images, image_items.sha256);
  add_file(labels, label_items.sha256);
  return {shape, std::move(image_items.bytes), std::move(label_items.bytes)};
}

}  // namespace strata
