// Sets of a user's own, trained from an experiment's file alone.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <png.h>

#include "command/data_place.hpp"
#include "strata/support/random.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

// Samples of `size` bytes, class after class in turn: each class has a pattern of black and white,
// of which every sample has a fifth of the pixels turned over.
std::string noisy_patterns(int count, int classes, int size, uint32_t part) {
  std::string pixels;
  for (int i = 0; i < count; ++i) {
    const auto label = static_cast<uint64_t>(i % classes);
    for (int p = 0; p < size; ++p) {
      const bool white = RandomStream{1, 0}.words(label, 0, static_cast<uint32_t>(p)).w[0] & 1;
      const uint32_t noise =
          RandomStream{1, part}.words(static_cast<uint64_t>(i), 0, static_cast<uint32_t>(p)).w[0];
      pixels += static_cast<char>(white != (noise % 5 == 0) ? 255 : 0);
    }
  }
  return pixels;
}

// Runs set.yaml; the last test accuracy.
double accuracy(const DataPlace& place) {
  const CommandResult result = place.run({"run", "set.yaml", "--quiet"});
  CHECK(result.err == "");
  CHECK(result.code == 0);
  const Json record = place.record();
  CHECK(record["status"] == "completed");
  return record["stages"].back()["epochs"].back()["metrics"]["test"]["accuracy"];
}

std::string png(const std::string& pixels, uint32_t side) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = side;
  image.format = PNG_FORMAT_RGB;
  std::string bytes(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
  png_alloc_size_t size = bytes.size();
  REQUIRE(png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr));
  return bytes.substr(0, size);
}

}  // namespace

TEST_CASE("a set like EMNIST's balanced one: 47 classes, packed, below a data folder") {
  const DataPlace place;
  const auto write = [&](const std::string& part, int count, uint32_t noise) {
    const auto n = static_cast<uint32_t>(count);
    place.write("sets/emnist/" + part + "-x.gz",
                gzip(idx({n, 28, 28}, noisy_patterns(count, 47, 784, noise))));
    place.write("sets/emnist/" + part + "-y.gz", gzip(idx({n}, labels_in_turn(count, 47))));
  };
  place.write("set.yaml", experiment(declared("idx", "emnist", 47, "[1, 28, 28]")));
  CHECK(place.run({"check", "set.yaml"}).code == 0);  // before there is any file
  write("train", 940, 1);
  write("test", 188, 2);
  const CommandResult shown = place.run({"data", "show", "set.yaml", "--data", "sets"});
  CHECK(shown.code == 0);
  CHECK(shown.out.find(
            "\n46                     20        4\nall                   940      188\n") !=
        std::string::npos);
  const CommandResult run = place.run({"run", "set.yaml", "--quiet", "--data", "sets"});
  CHECK(run.code == 0);
  const Json record = place.record();
  CHECK(record["stages"].back()["epochs"].back()["metrics"]["test"]["accuracy"] > 0.95);
}

TEST_CASE("arrays of NumPy in colour are trained on") {
  const DataPlace place;
  const auto write = [&](const std::string& part, int count, uint32_t noise) {
    place.write(part + "-x", npy(fmt::format("{{'descr': '|u1', 'fortran_order': False, 'shape': "
                                             "({}, 3, 8, 8), }}\n",
                                             count),
                                 noisy_patterns(count, 4, 192, noise)));
    std::string labels;  // numpy.int64, as numpy.save writes a list
    for (const char label : labels_in_turn(count, 4)) labels += label + std::string(7, '\0');
    place.write(part + "-y", npy(fmt::format("{{'descr': '<i8', 'fortran_order': False, 'shape': "
                                             "({},), }}\n",
                                             count),
                                 labels));
  };
  write("train", 200, 1);
  write("test", 80, 2);
  place.write("set.yaml", experiment(declared("npy", "", 4, "[3, 8, 8]")));
  CHECK(accuracy(place) > 0.95);
}

TEST_CASE("a folder of images is trained on") {
  const DataPlace place;
  for (const auto& [part, count] : {std::pair{"train", 100}, std::pair{"test", 40}}) {
    const std::string pixels = noisy_patterns(count, 2, 192, count == 100 ? 1 : 2);
    for (int i = 0; i < count; ++i)
      place.write(fmt::format("pets/{}/{}/{}.png", part, i % 2 == 0 ? "dog" : "cat", i),
                  png(pixels.substr(static_cast<size_t>(i) * 192, 192), 8));
  }
  place.write("set.yaml",
              experiment("{type: image_folder, train: pets/train, test: pets/test, classes: 2, "
                         "shape: [3, 8, 8], class_names: [dog, cat]}"));
  CHECK(accuracy(place) > 0.95);
}
