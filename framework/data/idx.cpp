#include "strata/data/idx.hpp"

#include <fmt/format.h>

#include "strata/data/byte_source.hpp"
#include "strata/data/items.hpp"

namespace strata {
namespace {

constexpr uint8_t type_bytes = 0x08;
constexpr uint64_t count_offset = 4;  // after the magic number

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

void read_exactly(ByteSource& source, uint8_t* to, size_t size) {
  if (source.read(to, size) == size) return;
  throw data_error(source.path(), source.offset(),
                   "the file ends within the header: it was cut off");
}

// The number of dimensions, after a check of the four bytes of the magic number.
size_t read_magic(ByteSource& source) {
  uint8_t magic[4];
  read_exactly(source, magic, sizeof magic);
  const uint8_t type = magic[2];
  if (magic[0] != 0 || magic[1] != 0 || type_name(type) == nullptr || magic[3] == 0) {
    throw data_error(source.path(), 0,
                     fmt::format("this is no IDX file: expected its magic number (00 00 08 and the "
                                 "number of dimensions), found {:02x} {:02x} {:02x} {:02x}",
                                 magic[0], magic[1], magic[2], magic[3]));
  }
  if (type != type_bytes) {
    throw data_error(source.path(), 2,
                     fmt::format("the file holds {} (type {:#04x}), expected unsigned bytes (type "
                                 "0x08)",
                                 type_name(type), type));
  }
  return magic[3];
}

// {count, sizes of an item...}
Shape read_sizes(ByteSource& source) {
  std::vector<uint8_t> bytes(4 * read_magic(source));
  read_exactly(source, bytes.data(), bytes.size());
  Shape sizes;
  for (const uint8_t* b = bytes.data(); b < bytes.data() + bytes.size(); b += 4) {
    sizes.push_back(int64_t{b[0]} << 24 | int64_t{b[1]} << 16 | int64_t{b[2]} << 8 | b[3]);
  }
  return sizes;
}

// The items of a file, each of `shape` (none: labels), and their number.
std::vector<uint8_t> read_file_items(ByteSource& source, const Shape& shape, int64_t& count) {
  const Shape sizes = read_sizes(source);
  check_item_shape(source, 3, Shape(sizes.begin() + 1, sizes.end()), shape);
  count = sizes[0];
  return read_items(source, count_offset, sizes, element_count(shape));
}

}  // namespace

Samples read_idx_samples(const std::string& images, const std::string& labels, const Shape& shape,
                         int64_t classes, std::vector<DataFile>& files) {
  ByteSource image_source(images), label_source(labels);
  int64_t image_count = 0, label_count = 0;
  Samples samples;
  samples.shape = shape;
  samples.pixels = read_file_items(image_source, shape, image_count);
  samples.labels = read_file_items(label_source, {}, label_count);
  check_counts(images, image_count, labels, count_offset, label_count);
  constexpr uint64_t label_offset = 8;
  for (size_t i = 0; i < samples.labels.size(); ++i) {
    if (samples.labels[i] < classes) continue;
    throw label_error(labels, label_offset + i, i, std::to_string(samples.labels[i]), classes);
  }
  files.push_back(data_file(image_source));
  files.push_back(data_file(label_source));
  return samples;
}

std::vector<uint8_t> read_idx_images(const std::string& path, const Shape& shape) {
  ByteSource source(path);
  int64_t count = 0;
  return read_file_items(source, shape, count);
}

int64_t idx_count(const std::string& path) {
  ByteSource source(path);
  return read_sizes(source).front();
}

}  // namespace strata
