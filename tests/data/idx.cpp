#include "strata/data/idx.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "data/files.hpp"

namespace strata::test {
namespace {

const Shape idx_image = {1, 2, 3};
const std::string two_images = "abcdefABCDEF";
const std::string good_idx = idx({2, 2, 3}, two_images);

// Images of 2x3 and their labels, in whatever bytes the test gives.
struct IdxPair {
  TemporaryFolder folder;
  std::string images, labels;

  IdxPair(const std::string& image_bytes, const std::string& label_bytes)
      : images(folder.write("images", image_bytes)), labels(folder.write("labels", label_bytes)) {}

  Samples read(const Shape& shape = idx_image) const {
    std::vector<DataFile> files;
    return read_idx_samples(images, labels, shape, 10, files);
  }
  std::string error(const std::string& path, const Shape& shape = idx_image) const {
    return without_path(user_error([&] { read(shape); }), path);
  }
};

std::string image_error(const std::string& bytes) {
  const IdxPair pair(bytes, idx({2}, "\x01\x09"));
  return pair.error(pair.images);
}
std::string label_error(const std::string& bytes) {
  const IdxPair pair(good_idx, bytes);
  return pair.error(pair.labels);
}

}  // namespace

TEST_CASE("images and labels are read, packed or not, in one member or several") {
  const std::string several = gzip(good_idx.substr(0, 18)) + gzip(good_idx.substr(18));
  for (const std::string& bytes : {good_idx, gzip(good_idx), gzip(good_idx, 0), several}) {
    const IdxPair pair(bytes, gzip(idx({2}, "\x01\x09")));
    std::vector<DataFile> files;
    const Samples samples = read_idx_samples(pair.images, pair.labels, idx_image, 10, files);
    CHECK(samples.count() == 2);
    CHECK(std::string(samples.pixels.begin(), samples.pixels.end()) == two_images);
    CHECK(samples.labels == std::vector<uint8_t>{1, 9});
    CHECK(samples.shape == idx_image);
    REQUIRE(files.size() == 2);
    CHECK(files[0].path == pair.images);
    // printf '\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\3abcdefABCDEF' | sha256sum
    CHECK(files[0].sha256 == "9e1237083757f95cc53ea5719c68da246db98272523f1990deee8791bad572bf");
    CHECK(files[1].name == "labels");
    CHECK(files[1].sha256 == "264dfc0b2631379a04a4d82815d640bbf5dcffd91bf3368d3e894427eb3e1332");
  }
}

TEST_CASE("a file's name in the record has no .gz") {
  const TemporaryFolder folder;
  std::vector<DataFile> files;
  read_idx_samples(folder.write("x-images.gz", gzip(good_idx)),
                   folder.write("x-labels.gz", idx({2}, "\x01\x02")), idx_image, 10, files);
  CHECK(files[0].name == "x-images");
  CHECK(files[1].name == "x-labels");
}

TEST_CASE("the declared shape may have leading ones that the file lacks, or lack the file's") {
  const std::string labels = idx({2}, "\x01\x02");
  CHECK(IdxPair(idx({2, 1, 2, 3}, two_images), labels).read().count() == 2);
  CHECK(IdxPair(idx({2, 6}, two_images), labels).read({6}).count() == 2);
  const IdxPair pair(good_idx, labels);
  CHECK(pair.error(pair.images, {6}) ==
        "at byte 3: the file holds items of 2x3, expected items of 6");
  CHECK(pair.error(pair.images, {2, 1, 3}) ==
        "at byte 3: the file holds items of 2x3, expected items of 2x1x3");
}

TEST_CASE("what is no file of bytes in IDX format is refused") {
  const std::string magic =
      "at byte 0: this is no IDX file: expected its magic number (00 00 08 and the number of "
      "dimensions), found ";
  CHECK(image_error("") == "the file is empty");
  CHECK(image_error(std::string("\0\0\x08", 3)) ==
        "at byte 3: the file ends within the header: it was cut off");
  CHECK(image_error(good_idx.substr(0, 15)) ==
        "at byte 15: the file ends within the header: it was cut off");
  CHECK(image_error("<!DOCTYPE html><html>Not found</html>") == magic + "3c 21 44 4f");
  CHECK(image_error(with_byte(good_idx, 0, 1)) == magic + "01 00 08 03");
  CHECK(image_error(with_byte(good_idx, 1, 7)) == magic + "00 07 08 03");
  CHECK(image_error(with_byte(good_idx, 2, 0x0a)) == magic + "00 00 0a 03");
  CHECK(image_error(with_byte(good_idx, 3, 0)) == magic + "00 00 08 00");
  CHECK(image_error(std::string("\3\x08\0\0\2\0\0\0", 8) + two_images) == magic + "03 08 00 00");
  const auto type = [](const std::string& name, const std::string& code) {
    return "at byte 2: the file holds " + name + " (type " + code +
           "), expected unsigned bytes (type 0x08)";
  };
  CHECK(image_error(with_byte(good_idx, 2, 0x09)) == type("signed bytes", "0x09"));
  CHECK(image_error(with_byte(good_idx, 2, 0x0b)) == type("16-bit integers", "0x0b"));
  CHECK(image_error(with_byte(good_idx, 2, 0x0c)) == type("32-bit integers", "0x0c"));
  CHECK(image_error(with_byte(good_idx, 2, 0x0d)) == type("32-bit floats", "0x0d"));
  CHECK(image_error(with_byte(good_idx, 2, 0x0e)) == type("64-bit floats", "0x0e"));
}

TEST_CASE("sizes that do not fit are refused before anything is allocated") {
  CHECK(image_error(idx({2, 3, 2}, two_images)) ==
        "at byte 3: the file holds items of 3x2, expected items of 1x2x3");
  CHECK(image_error(idx({2, 2, 3, 1}, two_images)) ==
        "at byte 3: the file holds items of 2x3x1, expected items of 1x2x3");
  CHECK(image_error(idx({12}, two_images)) ==
        "at byte 3: the file holds labels (one dimension), expected items of 1x2x3");
  CHECK(image_error(idx({0, 2, 3}, "")) == "at byte 4: the file holds no items");
  CHECK(image_error(idx({0xffffffff, 2, 3}, two_images)) ==
        "at byte 4: the header declares 4294967295 items of 6 bytes, more than the 4 GiB that a "
        "file may hold");
  CHECK(image_error(idx({700000000, 2, 3}, two_images)) ==
        "at byte 16: the header declares 4200000000 bytes of data (700000000x2x3), but 12 follow");
  CHECK(image_error(idx({3, 2, 3}, two_images)) ==
        "at byte 16: the header declares 18 bytes of data (3x2x3), but 12 follow");
  const std::string packed = gzip(idx({700000000, 2, 3}, two_images));
  CHECK(image_error(packed) ==
        "at byte 16: the header declares 4200000000 bytes of data (700000000x2x3), but a gzip file "
        "of this size holds at most " +
            std::to_string(packed.size() * 1032));
  CHECK(image_error(std::string("\0\0\x08\x05", 4) + std::string(20, '\1')) ==
        "at byte 3: the file holds items of 16843009x16843009x16843009x16843009, expected items of "
        "1x2x3");
}

TEST_CASE("data that is cut off or goes on is refused") {
  CHECK(image_error(good_idx.substr(0, 27)) ==
        "at byte 16: the header declares 12 bytes of data (2x2x3), but 11 follow");
  CHECK(image_error(good_idx + "!!!") == "at byte 28: 3 bytes follow the end of the data");
  CHECK(image_error(gzip(good_idx.substr(0, 26))) ==
        "at byte 26: the data ends here, 2 bytes short of the 12 that the header declares (2x2x3)");
  CHECK(image_error(gzip(good_idx + "!")) ==
        "at byte 28: the decompressed content goes on after the end of the data");
}

TEST_CASE("broken gzip is refused, wherever it is broken") {
  const std::string packed = gzip(good_idx);
  const size_t size = packed.size();
  const auto cut = [](size_t at) {
    return "at byte " + std::to_string(at) +
           ": the file ends within the gzip stream: it was cut off";
  };
  CHECK(image_error(packed.substr(0, 2)) == cut(2));
  CHECK(image_error(packed.substr(0, 9)) == cut(9));
  CHECK(image_error(packed.substr(0, 20)) == cut(20));
  CHECK(image_error(packed.substr(0, size - 8)) == cut(size - 8));
  CHECK(image_error(packed.substr(0, size - 1)) == cut(size - 1));
  const auto trailing = [&](int bytes) {
    return "at byte " + std::to_string(size) + ": " + std::to_string(bytes) +
           " bytes follow the end of the gzip stream";
  };
  CHECK(image_error(packed + "junk") == trailing(4));
  CHECK(image_error(packed + std::string(512, '\0')) == trailing(512));
  const auto broken = [](size_t at, const std::string& why) {
    return "at byte " + std::to_string(at) + ": broken gzip stream (" + why + ")";
  };
  CHECK(image_error(with_byte(packed, 2, 7)) == broken(4, "unknown compression method"));
  CHECK(image_error(with_byte(packed, 3, '\xe0')) == broken(4, "unknown header flags set"));
  CHECK(image_error(with_byte(packed, 10, 7)) == broken(11, "invalid block type"));
  CHECK(image_error(with_byte(packed, size - 5, static_cast<char>(packed[size - 5] ^ 1))) ==
        broken(size - 4, "incorrect data check"));
  CHECK(image_error(with_byte(packed, size - 4, 99)) == broken(size, "incorrect length check"));
  // Stored, not deflated: a flipped bit of the data is found by the CRC and by nothing else.
  const std::string stored = gzip(good_idx, 0);
  CHECK(image_error(with_byte(stored, 40, '?')) ==
        broken(stored.size() - 4, "incorrect data check"));
}

TEST_CASE("labels are held to their range and to the images") {
  CHECK(label_error(idx({2}, "\x01\x0a")) ==
        "at byte 9: label 10 of sample 1 is out of range: 10 classes are declared, so that labels "
        "are 0 to 9");
  CHECK(label_error(idx({2}, "\xff\x01")) ==
        "at byte 8: label 255 of sample 0 is out of range: 10 classes are declared, so that labels "
        "are 0 to 9");
  CHECK(label_error(idx({2, 2, 3}, two_images)) ==
        "at byte 3: the file holds items of 2x3, expected labels (one dimension)");
  const IdxPair pair(good_idx, idx({3}, "\x01\x02\x03"));
  CHECK(pair.error(pair.labels) ==
        "at byte 4: the file holds 3 labels, but " + pair.images + " holds 2 images");
}

TEST_CASE("what is no regular file is refused, and does not hang") {
  IdxPair pair(good_idx, idx({2}, "\x01\x02"));
  const auto error = [&](const std::string& path) {
    pair.images = path;
    return pair.error(path);
  };
  CHECK(error(pair.folder / "absent") == "No such file or directory");
  CHECK(error(pair.folder.path.string()) == "it is a folder, not a file");
  const std::string pipe = pair.folder / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error(pipe) == "it is no regular file, but a pipe or a device");
  CHECK(error("/dev/zero") == "it is no regular file, but a pipe or a device");
  fs::create_symlink("loop", pair.folder / "loop");
  CHECK(error(pair.folder / "loop") == "Too many levels of symbolic links");
  CHECK(error(pair.labels + "/below") == "Not a directory");
}

}  // namespace strata::test
