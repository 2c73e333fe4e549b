#include <doctest/doctest.h>
#include <png.h>

#include "command/data_place.hpp"
#include "command/terminal.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

// Three training samples of 2x2 pixels: columns, all white, a dark spot; two test samples.
void write_small_set(const DataPlace& place) {
  const std::string pixels("\0\xff\0\xff\xff\xff\xff\xff\0\0\0\x33", 12);
  place.write("train-x", idx({3, 2, 2}, pixels));
  place.write("train-y.gz", gzip(idx({3}, std::string("\0\1\0", 3))));
  place.write("test-x", idx({2, 2, 2}, std::string(8, '\xff')));
  place.write("test-y", idx({2}, std::string("\1\1", 2)));
  std::string dataset = declared("idx", "", 2, "[1, 2, 2]");
  dataset.insert(dataset.size() - 1, ", class_names: [stripes, 'a name of more than 16 letters']");
  place.write("small.yaml", experiment(dataset));
}

// By libpng's own reader: {height, width, pixels...}.
std::vector<int> read_grey_png(const std::string& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_file(&image, path.c_str()) != 0);
  CHECK(image.format == PNG_FORMAT_GRAY);
  image.format = PNG_FORMAT_GRAY;
  std::vector<uint8_t> pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  std::vector<int> all{static_cast<int>(image.height), static_cast<int>(image.width)};
  all.insert(all.end(), pixels.begin(), pixels.end());
  return all;
}

}  // namespace

TEST_CASE("data show: counts, statistics, one sample of each class, a sheet") {
  const DataPlace place;
  write_small_set(place);
  const CommandResult result = place.run({"data", "show", "small.yaml"});
  CHECK(result.code == 0);
  CHECK(result.err == "");
  // SHA-256 by Python's hashlib. Of 12 bytes, 5 are 0, 6 are 255 and one is 51 = 0.2 * 255: the
  // mean is 6.2 / 12, the variance 6.04 / 12 less the mean's square.
  CHECK(result.out ==
        "small.yaml: 2 classes, samples of 1x2x2\n"
        "  train-x  sha256 41b43724a6dcd578b71cbcb373d8b0765ce81e24dc77fa88d974a45c6663c89e\n"
        "  train-y.gz  sha256 8ad4cb4b89c2e01d004acf8ba0b69ab9d4ecf3dacb9762a1f59c02fd9c733173\n"
        "  test-x  sha256 f8776e42a2875f10eca9eff289ace26dd3d8c820450d1c93c005422b798a62c5\n"
        "  test-y  sha256 b133a3297ddbb5651bb41a107e5ba41e8de32484dd3a57bd29d76c307cd3a237\n"
        "class                               train     test\n"
        "0 stripes                               2        0\n"
        "1 a name of more than 16 letters        1        2\n"
        "all                                     3        2\n"
        "training pixels (0 to 1): mean 0.5167, variance 0.2364, 41.7 % are 0, 50.0 % are 1\n"
        "test pixels (0 to 1): mean 1.0000, variance 0.0000, 0.0 % are 0, 100.0 % are 1\n"
        " █ ██ \n"
        "small-samples.png: the first training samples of each class, a row a class\n");
  // Tiles of 2x2 with a black line between: stripes, spot; white, nothing.
  CHECK(read_grey_png(place / "small-samples.png") == std::vector<int>{5,   5,              //
                                                                       0,   255, 0, 0, 0,   //
                                                                       0,   255, 0, 0, 51,  //
                                                                       0,   0,   0, 0, 0,   //
                                                                       255, 255, 0, 0, 0,   //
                                                                       255, 255, 0, 0, 0});
}

TEST_CASE("data show: on a terminal in 24 greys, but for NO_COLOR") {
  const DataPlace place;
  write_small_set(place);
  const std::vector<std::string> arguments = {"data", "show", "small.yaml", "--png", "deep/er.png"};
  const std::string shown =
      run_on_terminal(arguments, place.path.string(), place.environment()).out;
  // Greys 232 (black) to 255 (white), the upper pixel as ink on the lower one.
  const std::string black = "\x1b[38;5;232;48;5;232m▀", white = "\x1b[38;5;255;48;5;255m▀";
  CHECK(shown.find("\r\n" + black + white + "\x1b[0m " + white + white + "\x1b[0m \r\n") !=
        std::string::npos);
  CHECK(fs::exists(place / "deep/er.png"));
  CHECK_FALSE(fs::exists(place / "small-samples.png"));
  const std::string plain =
      run_on_terminal(arguments, place.path.string(), place.environment({"NO_COLOR=1"})).out;
  CHECK(plain.find("\r\n █ ██ \r\n") != std::string::npos);
}

TEST_CASE("data show: samples that are no images, or of two channels") {
  const DataPlace place;
  write_small_set(place);
  place.write("flat.yaml", experiment(declared("idx", "", 2, "[4]")));
  place.write("train-x", idx({3, 4}, std::string(12, '\x80')));
  place.write("test-x", idx({2, 4}, std::string(8, '\x80')));
  const CommandResult flat = place.run({"data", "show", "flat.yaml"});
  CHECK(flat.code == 0);
  CHECK(flat.out.find("flat.yaml: 2 classes, samples of 4\n") == 0);
  CHECK(flat.out.find("\nthe samples are no images: none is drawn\n") != std::string::npos);
  CHECK_FALSE(fs::exists(place / "flat-samples.png"));

  place.write("two.yaml", experiment(declared("idx", "", 2, "[2, 1, 2]")));
  place.write("train-x", idx({3, 2, 1, 2}, std::string("abcdefghijkl", 12)));
  place.write("test-x", idx({2, 2, 1, 2}, std::string("abcdefgh", 8)));
  CHECK(place.run({"data", "show", "two.yaml"}).code == 0);
  // Of two channels, the sheet shows the first.
  CHECK(read_grey_png(place / "two-samples.png") ==
        std::vector<int>{3, 5, 'a', 'b', 0, 'i', 'j', 0, 0, 0, 0, 0, 'e', 'f', 0, 0, 0});
}

TEST_CASE("data show: what cannot be written ends with 1") {
  const DataPlace place;
  write_small_set(place);
  const CommandResult result =
      place.run({"data", "show", "small.yaml", "--png", "train-x/below.png"});
  CHECK(result.code == 1);
  CHECK(result.err.find("strata: error: cannot create folder train-x") == 0);
}

TEST_CASE("data show mnist: the published counts, mean and deviation") {
  const auto here = find_here("mnist");
  if (!here) return;
  const DataPlace place;
  const std::string folder = fs::absolute(here->folder).parent_path().string();
  const CommandResult result = place.run({"data", "show", "mnist", "--data", folder});
  CHECK(result.code == 0);
  const auto has = [&](const std::string& text) {
    CHECK_MESSAGE(result.out.find(text) != std::string::npos, text);
  };
  has("mnist: 10 classes, samples of 1x28x28\n");
  has("  sha256 ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db\n");
  has("\nclass               train     test\n"
      "0                    5923      980\n"
      "1                    6742     1135\n"
      "2                    5958     1032\n"
      "3                    6131     1010\n"
      "4                    5842      982\n"
      "5                    5421      892\n"
      "6                    5918      958\n"
      "7                    6265     1028\n"
      "8                    5851      974\n"
      "9                    5949     1009\n"
      "all                 60000    10000\n");
  has("\ntraining pixels (0 to 1): mean 0.1307, variance 0.0949,");  // 0.3081 squared
  // Ten rows and ten columns of 28 pixels, a line between.
  const std::vector<int> sheet = read_grey_png(place / "mnist-samples.png");
  CHECK(sheet[0] == 289);
  CHECK(sheet[1] == 289);
}
