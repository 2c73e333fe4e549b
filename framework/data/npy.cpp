#include "strata/data/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <regex>

#include "strata/data/byte_source.hpp"
#include "strata/data/items.hpp"

namespace strata {
namespace {

struct Header {
  uint64_t offset = 0;  // of the dictionary
  std::string type;     // "|u1"
  Shape sizes;
};

void read_exactly(ByteSource& source, void* to, size_t size) {
  if (source.read(to, size) == size) return;
  throw data_error(source.path(), source.offset(),
                   "the file ends within the header: it was cut off");
}

// The text after the magic number and its length: a Python dictionary in a fixed form.
std::string read_header_text(ByteSource& source) {
  uint8_t magic[8];
  read_exactly(source, magic, sizeof magic);
  if (std::string(magic, magic + 6) != "\x93NUMPY") {
    throw data_error(source.path(), 0, "this is no .npy file: it does not begin with \\x93NUMPY");
  }
  if (magic[6] < 1 || magic[6] > 3) {
    throw data_error(source.path(), 6,
                     fmt::format("version {}.{} of the format is not known, "
                                 "expected 1.0, 2.0 or 3.0",
                                 magic[6], magic[7]));
  }
  uint8_t length[4] = {};
  read_exactly(source, length, magic[6] == 1 ? 2 : 4);
  const uint32_t size =
      length[0] | uint32_t{length[1]} << 8 | uint32_t{length[2]} << 16 | uint32_t{length[3]} << 24;
  constexpr uint32_t longest = 4096;  // NumPy writes 118 bytes
  if (size > longest) {
    throw data_error(source.path(), 8,
                     fmt::format("a header of {} bytes, expected at most {}", size, longest));
  }
  std::string text(size, ' ');
  read_exactly(source, text.data(), text.size());
  return text;
}

Shape parse_sizes(const std::string& text) {
  static const std::regex number("[0-9]+");
  Shape sizes;
  for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it) {
    sizes.push_back(it->length() > 18 ? INT64_MAX : std::stoll(it->str()));
  }
  return sizes;
}

Header read_header(ByteSource& source) {
  static const std::regex type("'descr' *: *'([ -&(-~]*)'");  // printable ASCII: it is repeated
  static const std::regex order("'fortran_order' *: *(True|False)");
  static const std::regex sizes("'shape' *: *\\(([0-9, ]*)\\)");
  const std::string text = read_header_text(source);
  const uint64_t offset = source.offset() - text.size();
  std::smatch type_match, order_match, sizes_match;
  if (!std::regex_search(text, type_match, type) || !std::regex_search(text, order_match, order) ||
      !std::regex_search(text, sizes_match, sizes)) {
    throw data_error(source.path(), offset,
                     "the header does not say 'descr', 'fortran_order' and "
                     "'shape' of one array of numbers");
  }
  if (order_match[1] == "True") {
    throw data_error(source.path(), offset,
                     "the array is in Fortran order, expected C order (numpy.ascontiguousarray)");
  }
  return {offset, type_match[1], parse_sizes(sizes_match[1])};
}

// Opens an array, checks what its header says, and reads its bytes.
struct Array {
  Array(const std::string& path, const Shape& item_shape) : source(path) {
    header = read_header(source);
    if (header.sizes.empty()) throw data_error(path, header.offset, "the array has no dimensions");
    check_item_shape(source, header.offset, Shape(header.sizes.begin() + 1, header.sizes.end()),
                     item_shape);
  }
  std::vector<uint8_t> bytes(int64_t item_bytes) {
    first_offset = source.offset();
    return read_items(source, header.offset, header.sizes, item_bytes);
  }
  ByteSource source;
  Header header;
  uint64_t first_offset = 0;
};

// The width of an integer type in bytes, and whether it has a sign; 0 where it is none.
int integer_width(const std::string& type, bool& is_signed) {
  if (type.size() != 3 || (type[0] != '<' && type[0] != '|')) return 0;
  if (type[1] != 'i' && type[1] != 'u') return 0;
  is_signed = type[1] == 'i';
  const int width = type[2] - '0';
  return width == 1 || width == 2 || width == 4 || width == 8 ? width : 0;
}

// Little-endian integers as labels.
std::vector<uint8_t> narrow_labels(const Array& array, const std::vector<uint8_t>& bytes, int width,
                                   bool is_signed, int64_t classes) {
  std::vector<uint8_t> labels(bytes.size() / static_cast<size_t>(width));
  for (size_t i = 0; i < labels.size(); ++i) {
    uint64_t value = 0;
    for (int k = 0; k < width; ++k) {
      value |= uint64_t{bytes[i * static_cast<size_t>(width) + static_cast<size_t>(k)]} << (8 * k);
    }
    if (value >= static_cast<uint64_t>(classes)) {
      const int unused = 64 - 8 * width;
      const auto with_sign = static_cast<int64_t>(value << unused) >> unused;
      throw label_error(array.source.path(), array.first_offset + i * static_cast<size_t>(width), i,
                        is_signed ? std::to_string(with_sign) : std::to_string(value), classes);
    }
    labels[i] = static_cast<uint8_t>(value);
  }
  return labels;
}

std::vector<uint8_t> pixel_bytes_of(Array& images, const Shape& shape) {
  if (images.header.type != "|u1") {
    throw data_error(images.source.path(), images.header.offset,
                     fmt::format("the images are of type '{}', expected '|u1' (uint8, "
                                 "0 to 255)",
                                 images.header.type));
  }
  return images.bytes(element_count(shape));
}

}  // namespace

Samples read_npy_samples(const std::string& images, const std::string& labels, const Shape& shape,
                         int64_t classes, std::vector<DataFile>& files) {
  Array pixels(images, shape);
  Samples samples;
  samples.shape = shape;
  samples.pixels = pixel_bytes_of(pixels, shape);

  Array classes_of(labels, {});
  bool is_signed = false;
  const int width = integer_width(classes_of.header.type, is_signed);
  if (width == 0) {
    throw data_error(labels, classes_of.header.offset,
                     fmt::format("the labels are of type '{}', expected little-endian "
                                 "integers ('|u1', '<i8' ...)",
                                 classes_of.header.type));
  }
  check_counts(images, pixels.header.sizes[0], labels, classes_of.header.offset,
               classes_of.header.sizes[0]);
  samples.labels = narrow_labels(classes_of, classes_of.bytes(width), width, is_signed, classes);
  files.push_back(data_file(pixels.source));
  files.push_back(data_file(classes_of.source));
  return samples;
}

std::vector<uint8_t> read_npy_images(const std::string& path, const Shape& shape) {
  Array images(path, shape);
  return pixel_bytes_of(images, shape);
}

std::string npy_file(const std::string& type, const Shape& sizes, std::string_view bytes) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}",
                                   type, fmt::join(sizes, ", "));
  constexpr size_t before = 10, block = 64;  // the numbers begin at a multiple of 64 bytes
  header.resize((before + header.size() + 1 + block - 1) / block * block - before - 1, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  return file + header + std::string(bytes);
}

int64_t npy_count(const std::string& path) {
  ByteSource source(path);
  const Header header = read_header(source);
  if (header.sizes.empty()) throw data_error(path, header.offset, "the array has no dimensions");
  return header.sizes.front();
}

}  // namespace strata
