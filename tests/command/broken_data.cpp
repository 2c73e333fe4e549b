#include <doctest/doctest.h>
#include <sys/stat.h>

#include "command/refused.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

std::string cut_off(size_t at) {
  return "at byte " + std::to_string(at) + ": the file ends within the gzip stream: it was cut off";
}
std::string out_of_range(int at, int label, int sample) {
  return fmt::format(
      "at byte {}: label {} of sample {} is out of range: 3 classes are declared, so that labels "
      "are 0 to 2",
      at, label, sample);
}

const std::string kPixels = "abcdefABCDEF";

void write_good_idx(const DataPlace& place) {
  for (const std::string part : {"train", "test"}) {
    place.write(part + "-x", idx({2, 2, 3}, kPixels));
    place.write(part + "-y", idx({2}, "\1\2"));
  }
  place.write("set.yaml", experiment(declared("idx", "", 3, "[1, 2, 3]")));
}

std::vector<Broken> broken_idx() {
  const std::string good = idx({2, 2, 3}, kPixels);
  const std::string magic =
      "at byte 0: this is no IDX file: expected its magic number (00 00 08 and the number of "
      "dimensions), found ";
  const auto type = [](const std::string& name, const std::string& code) {
    return "at byte 2: the file holds " + name + " (type " + code +
           "), expected unsigned bytes (type 0x08)";
  };
  const std::string header = ": the file ends within the header: it was cut off";
  return {
      {"train-x", "", "the file is empty"},
      {"train-x", good.substr(0, 3), "at byte 3" + header},
      {"train-x", good.substr(0, 11), "at byte 11" + header},
      {"train-x", with_byte(good, 3, '\xff'), "at byte 28" + header},
      {"train-x", "<html>404 Not Found</html>", magic + "3c 68 74 6d"},
      {"train-x", "PK\x03\x04 a zip archive", magic + "50 4b 03 04"},
      {"train-x", "\x89PNG\r\n\x1a\n", magic + "89 50 4e 47"},
      {"train-x", "%PDF-1.4", magic + "25 50 44 46"},
      {"train-x", with_byte(good, 0, 1), magic + "01 00 08 03"},
      {"train-x", with_byte(good, 2, 0x0a), magic + "00 00 0a 03"},
      {"train-x", with_byte(good, 3, 0), magic + "00 00 08 00"},
      {"train-x", std::string("\3\x08\0\0\2\0\0\0", 8) + kPixels, magic + "03 08 00 00"},
      {"train-x", with_byte(good, 2, 0x09), type("signed bytes", "0x09")},
      {"train-x", with_byte(good, 2, 0x0b), type("16-bit integers", "0x0b")},
      {"train-x", with_byte(good, 2, 0x0c), type("32-bit integers", "0x0c")},
      {"train-x", with_byte(good, 2, 0x0d), type("32-bit floats", "0x0d")},
      {"train-x", with_byte(good, 2, 0x0e), type("64-bit floats", "0x0e")},
      {"train-x", idx({2, 3, 2}, kPixels),
       "at byte 3: the file holds items of 3x2, expected items of 1x2x3"},
      {"train-x", idx({2, 2, 3, 1}, kPixels),
       "at byte 3: the file holds items of 2x3x1, expected items of 1x2x3"},
      {"train-x", idx({12}, kPixels),
       "at byte 3: the file holds labels (one dimension), expected items of 1x2x3"},
      {"train-x", idx({0, 2, 3}, ""), "at byte 4: the file holds no items"},
      {"train-x", idx({0xffffffff, 2, 3}, kPixels),
       "at byte 4: the header declares 4294967295 items of 6 bytes, more than the 4 GiB that a "
       "file may hold"},
      {"train-x", idx({700000000, 2, 3}, kPixels),
       "at byte 16: the header declares 4200000000 bytes of data (700000000x2x3), but 12 follow"},
      {"train-x", idx({3, 2, 3}, kPixels),
       "at byte 16: the header declares 18 bytes of data (3x2x3), but 12 follow"},
      {"train-x", good.substr(0, 27),
       "at byte 16: the header declares 12 bytes of data (2x2x3), but 11 follow"},
      {"train-x", good + "\n", "at byte 28: 1 bytes follow the end of the data"},
      {"test-x", good.substr(0, 20),
       "at byte 16: the header declares 12 bytes of data (2x2x3), but 4 follow"},
      {"train-y", "", "the file is empty"},
      {"train-y", idx({2}, "\1\3"), out_of_range(9, 3, 1)},
      {"train-y", idx({2}, "\xff\1"), out_of_range(8, 255, 0)},
      {"test-y", idx({2}, "\3\1"), out_of_range(8, 3, 0)},
      {"train-y", good, "at byte 3: the file holds items of 2x3, expected labels (one dimension)"},
      {"train-y", idx({3}, std::string("\0\1\2", 3)),
       "at byte 4: the file holds 3 labels, but train-x holds 2 images"},
      {"test-y", idx({1}, "\1"), "at byte 4: the file holds 1 labels, but test-x holds 2 images"},
  };
}

std::vector<Broken> broken_gzip() {
  const std::string good = idx({2, 2, 3}, kPixels);
  const std::string packed = gzip(good), stored = gzip(good, 0);
  const size_t size = packed.size();
  const auto broken = [](size_t at, const std::string& why) {
    return fmt::format("at byte {}: broken gzip stream ({})", at, why);
  };
  const std::string claim = gzip(idx({700000000, 2, 3}, kPixels));
  const std::string zeros(64 << 20, '\0');
  return {
      {"train-x", packed.substr(0, 2), cut_off(2)},
      {"train-x", packed.substr(0, 9), cut_off(9)},
      {"train-x", packed.substr(0, 25), cut_off(25)},
      {"train-x", packed.substr(0, size - 8), cut_off(size - 8)},
      {"train-x", packed.substr(0, size - 1), cut_off(size - 1)},
      {"train-x", packed + "junk",
       fmt::format("at byte {}: 4 bytes follow the end of the gzip stream", size)},
      {"train-x", packed + std::string(512, '\0'),
       fmt::format("at byte {}: 512 bytes follow the end of the gzip stream", size)},
      {"train-x", packed + packed.substr(0, 8), cut_off(size + 8)},
      {"train-x", with_byte(packed, 2, 7), broken(4, "unknown compression method")},
      {"train-x", with_byte(packed, 3, '\xe0'), broken(4, "unknown header flags set")},
      {"train-x", with_byte(packed, 10, 7), broken(11, "invalid block type")},
      {"train-x", with_byte(packed, size - 5, static_cast<char>(packed[size - 5] ^ 1)),
       broken(size - 4, "incorrect data check")},
      {"train-x", with_byte(packed, size - 4, 99), broken(size, "incorrect length check")},
      // Stored, not deflated: the CRC alone tells of a flipped bit.
      {"train-x", with_byte(stored, 40, '?'), broken(stored.size() - 4, "incorrect data check")},
      {"train-x", gzip(good.substr(0, 26)),
       "at byte 26: the data ends here, 2 bytes short of the 12 that the header declares (2x2x3)"},
      {"train-x", gzip(good + "!"),
       "at byte 28: the decompressed content goes on after the end of the data"},
      {"train-x", gzip(good + zeros),
       "at byte 28: the decompressed content goes on after the end of the data"},
      {"train-x", gzip("<html>404 Not Found</html>"),
       "at byte 0: this is no IDX file: expected its magic number (00 00 08 and the number of "
       "dimensions), found 3c 68 74 6d"},
      {"train-x", gzip(packed),
       "at byte 0: this is no IDX file: expected its magic number (00 00 08 and the number of "
       "dimensions), found 1f 8b 08 00"},
      {"train-x", claim,
       fmt::format("at byte 16: the header declares 4200000000 bytes of data (700000000x2x3), but "
                   "a gzip file of this size holds at most {}",
                   1032 * claim.size())},
  };
}

std::string array(const std::string& type, const std::string& sizes, const std::string& data,
                  const std::string& fortran = "False") {
  return npy(
      "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + sizes + "}\n",
      data);
}

std::vector<Broken> broken_npy() {
  const std::string good = array("|u1", "(2, 2, 3)", kPixels);
  const std::string labels = array("|u1", "(2,)", "\1\2");
  const size_t data = good.size() - kPixels.size();
  const std::string type = "', expected little-endian integers ('|u1', '<i8' ...)";
  return {
      {"train-x", idx({2, 2, 3}, kPixels),
       "at byte 0: this is no .npy file: it does not begin with \\x93NUMPY"},
      {"train-x", "PK\x03\x04 an .npz archive",
       "at byte 0: this is no .npy file: it does not begin with \\x93NUMPY"},
      {"train-x", with_byte(good, 6, 4),
       "at byte 6: version 4.0 of the format is not known, expected 1.0, 2.0 or 3.0"},
      {"train-x", good.substr(0, 40),
       "at byte 40: the file ends within the header: it was cut off"},
      {"train-x", npy("{'shape': (2,)}", "ab"),
       "at byte 10: the header does not say 'descr', 'fortran_order' and 'shape' of one array of "
       "numbers"},
      {"train-x", array("|u1", "(2, 2, 3)", kPixels, "True"),
       "at byte 10: the array is in Fortran order, expected C order (numpy.ascontiguousarray)"},
      {"train-x", array("<f4", "(2, 2, 3)", std::string(48, '\0')),
       "at byte 10: the images are of type '<f4', expected '|u1' (uint8, 0 to 255)"},
      {"train-x", array("|u1", "(2, 3, 2)", kPixels),
       "at byte 10: the file holds items of 3x2, expected items of 1x2x3"},
      {"train-x", array("|u1", "(99999999999999999999, 2, 3)", kPixels),
       "at byte 10: the header declares 9223372036854775807 items of 6 bytes, more than the 4 GiB "
       "that a file may hold"},
      {"train-x", good.substr(0, good.size() - 1),
       fmt::format("at byte {}: the header declares 12 bytes of data (2x2x3), but 11 follow",
                   data)},
      {"train-x", good + "x",
       fmt::format("at byte {}: 1 bytes follow the end of the data", good.size())},
      {"train-y", array("<f8", "(2,)", std::string(16, '\0')),
       "at byte 10: the labels are of type '<f8" + type},
      {"train-y", array(">i2", "(2,)", std::string(4, '\0')),
       "at byte 10: the labels are of type '>i2" + type},
      {"train-y", array("|i1", "(2,)", "\1\xff"),
       out_of_range(static_cast<int>(labels.size() - 1), -1, 1)},
      {"train-y", array("|u1", "(3,)", "\1\2\2"),
       "at byte 10: the file holds 3 labels, but train-x holds 2 images"},
  };
}

}  // namespace

TEST_CASE("broken IDX files, broken gzip and broken arrays are refused") {
  size_t count = 0;
  for (const std::string type : {"idx", "npy"}) {
    DataPlace place;
    write_good_idx(place);
    std::vector<Broken> all = broken_idx();
    const std::vector<Broken> packed = broken_gzip();
    all.insert(all.end(), packed.begin(), packed.end());
    if (type == "npy") {
      all = broken_npy();
      for (const std::string part : {"train", "test"}) {
        place.write(part + "-x", array("|u1", "(2, 2, 3)", kPixels));
        place.write(part + "-y", array("|u1", "(2,)", "\1\2"));
      }
      place.write("set.yaml", experiment(declared("npy", "", 3, "[1, 2, 3]")));
    }
    CHECK(place.run({"data", "show", "set.yaml", "--png", "sheet"}).code == 0);  // as it is
    for (const Broken& broken : all) {
      CAPTURE(broken.said);
      const std::string before = read_file(place / broken.file);
      place.write(broken.file, broken.bytes);
      check_refused(place, broken.file + ": " + broken.said);
      place.write(broken.file, before);
      ++count;
    }
  }
  CHECK(count >= 60);
}

TEST_CASE("what is no file is refused, and does not hang") {
  const DataPlace place;
  write_good_idx(place);
  const std::string file = place / "train-x";
  fs::remove(file);
  check_refused(place,
                "there is no 'train-x', with or without .gz; looked for:\n  train-x\n"
                "  data/train-x\n  " +
                    (place / "cache/strata/data/train-x") + "\n  /usr/share/datasets/train-x");
  fs::create_directories(file);
  check_refused(place, "train-x: it is a folder, not a file");
  fs::remove(file);
  REQUIRE(mkfifo(file.c_str(), 0600) == 0);
  check_refused(place, "train-x: it is no regular file, but a pipe or a device");
  fs::remove(file);
  fs::create_symlink("/dev/zero", file);
  check_refused(place, "train-x: it is no regular file, but a pipe or a device");
}

TEST_CASE("a run of broken data ends with 2, and leaves no record") {
  const DataPlace place;
  write_good_idx(place);
  place.write("test-y", idx({2}, "\1\7"));
  const CommandResult result = place.run({"run", "set.yaml", "--quiet"});
  CHECK(result.code == 2);
  CHECK(result.err.find("test-y: " + out_of_range(9, 7, 1)) != std::string::npos);
  CHECK(place.records().empty());
}
