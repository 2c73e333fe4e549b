#include "strata/data/npy.hpp"

#include <doctest/doctest.h>

#include "data/files.hpp"

namespace strata::test {
namespace {

std::string header(const std::string& type, const std::string& sizes,
                   const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + sizes + ", }\n";
}

const std::string npy_pixels = "abcdefABCDEF";
const std::string good_images = npy(header("|u1", "(2, 2, 3)"), npy_pixels);
const std::string good_labels = npy(header("|u1", "(2,)"), "\x01\x09");

struct NpyPair {
  TemporaryFolder folder;
  std::string images, labels;
  std::vector<DataFile> files;

  NpyPair(const std::string& image_bytes, const std::string& label_bytes)
      : images(folder.write("x.npy", image_bytes)), labels(folder.write("y.npy", label_bytes)) {}
  Samples read() { return read_npy_samples(images, labels, {1, 2, 3}, 10, files); }
};

std::string npy_image_error(const std::string& bytes) {
  NpyPair pair(bytes, good_labels);
  return without_path(user_error([&] { pair.read(); }), pair.images);
}
std::string npy_label_error(const std::string& bytes) {
  NpyPair pair(good_images, bytes);
  return without_path(user_error([&] { pair.read(); }), pair.labels);
}

// Integers of `width` bytes, least byte first.
std::string integers(const std::vector<int64_t>& values, int width) {
  std::string bytes;
  for (const int64_t value : values) {
    for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  }
  return bytes;
}

}  // namespace

TEST_CASE("arrays written by NumPy are read") {
  // numpy.save of numpy.arange(12, dtype=numpy.uint8).reshape(2, 2, 3), NumPy 1.24: the header is
  // padded with spaces to 64 bytes.
  const std::string dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 3), }";
  std::string file("\x93NUMPY\x01\x00\x76\x00", 10);
  file += dictionary + std::string(117 - dictionary.size(), ' ') + '\n';
  for (char i = 0; i < 12; ++i) file += i;
  REQUIRE(file.size() == 140);
  NpyPair pair(file, gzip(good_labels));
  const Samples samples = pair.read();
  CHECK(samples.pixels == std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(samples.labels == std::vector<uint8_t>{1, 9});
  CHECK(samples.shape == Shape{1, 2, 3});
  REQUIRE(pair.files.size() == 2);
  CHECK(pair.files[0].name == "x.npy");
  CHECK(pair.files[1].path == pair.labels);
}

TEST_CASE("labels may be of any integer type, and versions 2 and 3 have a longer length") {
  for (const auto& [type, width] : std::vector<std::pair<std::string, int>>{
           {"|i1", 1}, {"<i2", 2}, {"<u2", 2}, {"<i4", 4}, {"<u4", 4}, {"<i8", 8}, {"<u8", 8}}) {
    CAPTURE(type);
    NpyPair pair(good_images, npy(header(type, "(2,)"), integers({7, 0}, width)));
    CHECK(pair.read().labels == std::vector<uint8_t>{7, 0});
  }
  const auto in_version2 = [](std::string bytes) {
    bytes[6] = 2;
    return bytes.insert(10, 2, '\0');
  };
  const std::string version2 = in_version2(good_images);
  CHECK(NpyPair(version2, good_labels).read().count() == 2);
  CHECK(NpyPair(with_byte(version2, 6, 3), good_labels).read().count() == 2);
  CHECK(npy_image_error(in_version2(npy("{}", ""))) ==
        "at byte 12: the header does not say 'descr', 'fortran_order' and 'shape' of one array of "
        "numbers");
}

TEST_CASE("broken arrays are refused") {
  const std::string no_header =
      "at byte 10: the header does not say 'descr', 'fortran_order' and 'shape' of one array of "
      "numbers";
  CHECK(npy_image_error("") == "the file is empty");
  CHECK(npy_image_error("PK\x03\x04 a zip file") ==
        "at byte 0: this is no .npy file: it does not begin with \\x93NUMPY");
  CHECK(npy_image_error(with_byte(good_images, 6, 4)) ==
        "at byte 6: version 4.0 of the format is not known, expected 1.0, 2.0 or 3.0");
  CHECK(npy_image_error(good_images.substr(0, 7)) ==
        "at byte 7: the file ends within the header: it was cut off");
  CHECK(npy_image_error(good_images.substr(0, 40)) ==
        "at byte 40: the file ends within the header: it was cut off");
  CHECK(npy_image_error(with_byte(good_images, 9, '\x7f')) ==
        "at byte 8: a header of " + std::to_string(0x7f00 + header("|u1", "(2, 2, 3)").size()) +
            " bytes, expected at most 4096");
  CHECK(npy_image_error(npy("{}", "")) == no_header);
  CHECK(npy_image_error(npy("{'descr': [('a', '|u1')], 'fortran_order': False, 'shape': (2,)}",
                            "ab")) == no_header);
  CHECK(npy_image_error(npy(header("|u1", "(2, -2, 3)"), npy_pixels)) == no_header);
  CHECK(npy_image_error(npy(header("\x1b[31m\x80", "(2, 2, 3)"), npy_pixels)) == no_header);
  CHECK(npy_image_error(npy(header("|u1", "(2, 2, 3)", "True"), npy_pixels)) ==
        "at byte 10: the array is in Fortran order, expected C order (numpy.ascontiguousarray)");
  CHECK(npy_image_error(npy(header("<f4", "(2, 2, 3)"), std::string(48, '\0'))) ==
        "at byte 10: the images are of type '<f4', expected '|u1' (uint8, 0 to 255)");
  CHECK(npy_image_error(npy(header("|u1", "()"), "a")) ==
        "at byte 10: the array has no dimensions");
  CHECK(npy_image_error(npy(header("|u1", "(2, 3, 2)"), npy_pixels)) ==
        "at byte 10: the file holds items of 3x2, expected items of 1x2x3");
  CHECK(npy_image_error(npy(header("|u1", "(99999999999999999999, 2, 3)"), npy_pixels)) ==
        "at byte 10: the header declares 9223372036854775807 items of 6 bytes, more than the 4 GiB "
        "that a file "
        "may hold");
  const std::string start = std::to_string(good_images.size() - 12);
  CHECK(npy_image_error(good_images.substr(0, good_images.size() - 1)) ==
        "at byte " + start + ": the header declares 12 bytes of data (2x2x3), but 11 follow");
  CHECK(npy_image_error(good_images + "x") ==
        "at byte " + std::to_string(good_images.size()) + ": 1 bytes follow the end of the data");
}

TEST_CASE("labels that are no class are refused") {
  const auto type_error = [](const std::string& type) {
    return "at byte 10: the labels are of type '" + type +
           "', expected little-endian integers ('|u1', '<i8' ...)";
  };
  for (const std::string type : {"<f8", ">i8", "<U1", "|b1", "<i3", "<i16"}) {
    CHECK(npy_label_error(npy(header(type, "(2,)"), std::string(16, '\0'))) == type_error(type));
  }
  const std::string wide = header("<i8", "(2,)");
  const auto range = [](size_t offset, const std::string& label, int sample) {
    return "at byte " + std::to_string(offset) + ": label " + label + " of sample " +
           std::to_string(sample) +
           " is out of range: 10 classes are declared, so that labels are 0 to 9";
  };
  const size_t data = 10 + wide.size();
  CHECK(npy_label_error(npy(wide, integers({0, 10}, 8))) == range(data + 8, "10", 1));
  CHECK(npy_label_error(npy(wide, integers({-1, 0}, 8))) == range(data, "-1", 0));
  CHECK(npy_label_error(npy(wide, integers({int64_t{1} << 32, 0}, 8))) ==
        range(data, "4294967296", 0));
  CHECK(npy_label_error(npy(header("|i1", "(2,)"), "\x01\x80")) == range(data + 1, "-128", 1));
  CHECK(npy_label_error(npy(header("<u8", "(2,)"), integers({-1, 0}, 8))) ==
        range(data, "18446744073709551615", 0));
  NpyPair pair(good_images, npy(header("|u1", "(3,)"), "\x01\x02\x03"));
  CHECK(user_error([&] { pair.read(); }) == pair.labels +
                                                ": at byte 10: the file holds 3 labels, but " +
                                                pair.images + " holds 2 images");
}

}  // namespace strata::test
