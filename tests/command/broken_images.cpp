#include <doctest/doctest.h>
#include <png.h>
#include <sys/stat.h>

#include "command/refused.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

// A PNG of one row by libpng's own writer.
std::string png(uint32_t width, uint32_t format, const void* pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = 1;
  image.format = format;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, pixels, 0, nullptr);
  std::string bytes(size, '\0');
  png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, nullptr);
  return bytes.substr(0, size);
}

void write_good_folders(const DataPlace& place) {
  for (const std::string part : {"train", "test"})
    for (const std::string kind : {"ant", "bee"})
      place.write(part + "/" + kind + "/1.png", png(2, PNG_FORMAT_GRAY, "ab"));
  place.write("set.yaml", experiment("{type: image_folder, train: train, test: test, classes: 2, "
                                     "shape: [1, 1, 2]}"));
}

std::vector<Broken> broken_images() {
  const std::string good = png(2, PNG_FORMAT_GRAY, "ab");
  const std::string file = "train/bee/2.png";
  const uint16_t deep[] = {0, 65535};
  const size_t size = good.size();
  return {
      {file, "", "the file is empty"},
      {file, "\xff\xd8\xff\xe0 a JPEG image", "this is no PNG file"},
      {"train/bee/readme.txt", "Pictures of bees.", "this is no PNG file"},
      {file, good.substr(0, 30), "at byte 30: broken PNG (Read Error)"},
      {file, good.substr(0, size - 12),
       fmt::format("at byte {}: broken PNG (Read Error)", size - 12)},
      {file, with_byte(good, 18, 1), "at byte 33: broken PNG (IHDR: CRC error)"},
      {file, png(3, PNG_FORMAT_GRAY, "abc"), "the image is 1 high and 3 wide, expected 1 and 2"},
      {file, png(2, PNG_FORMAT_RGB, "aaabbc"),
       "the pixel at row 0, column 1 has a colour, but the declared shape has one channel (grey)"},
      {file,
       png(2, PNG_FORMAT_GA,
           "a\xff"
           "b\xfe"),
       "the pixel at row 0, column 1 is transparent; expected an opaque image"},
      {file, png(2, PNG_FORMAT_LINEAR_Y, deep), "the image has 16 bits a channel, expected 8"},
  };
}

}  // namespace

TEST_CASE("broken images are refused") {
  const DataPlace place;
  write_good_folders(place);
  CHECK(place.run({"data", "show", "set.yaml", "--png", "sheet"}).code == 0);
  for (const Broken& broken : broken_images()) {
    CAPTURE(broken.said);
    place.write(broken.file, broken.bytes);
    check_refused(place, broken.file + ": " + broken.said);
    fs::remove(place.path / broken.file);
  }
  fs::create_directories(place / "train/cow");
  check_refused(place, "train: expected one folder for each of 2 classes, found ant, bee, cow");
  fs::remove(place / "train/cow");
  fs::remove_all(place / "test/bee");
  check_refused(place, "test: expected one folder for each of 2 classes (ant, bee), found ant");
  fs::create_directories(place / "test/bee");
  check_refused(place, "test/bee: the folder holds no images");
}

TEST_CASE("a pipe among the images is refused, and does not hang") {
  const DataPlace place;
  write_good_folders(place);
  REQUIRE(mkfifo((place / "train/ant/2.png").c_str(), 0600) == 0);
  check_refused(place, "train/ant/2.png: it is no regular file, but a pipe or a device");
}

TEST_CASE("a run of folders with names that are no UTF-8 ends with 2, and leaves no record") {
  const DataPlace place;
  write_good_folders(place);
  place.write("train/b\x80/1.png", "");
  const CommandResult result = place.run({"run", "set.yaml", "--quiet"});
  CHECK(result.code == 2);
  CHECK(
      result.err.find("train: expected one folder for each of 2 classes, found ant, bee, b\\x80") !=
      std::string::npos);
  CHECK(place.records().empty());
}
