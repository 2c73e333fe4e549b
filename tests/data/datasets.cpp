#include <doctest/doctest.h>

#include "data/files.hpp"
#include "strata/data/dataset.hpp"
#include "strata/data/published.hpp"
#include "strata/data/statistics.hpp"
#include "strata/record/image.hpp"

namespace strata::test {
namespace {

// A data set from YAML, as an experiment's file names it.
std::shared_ptr<Dataset> from_yaml(const std::string& yaml) {
  const auto source = std::make_shared<const Source>(Source{"test.yaml", yaml});
  Issues issues;
  const Node node = parse_yaml(source, issues);
  ComponentRef ref;
  Reader reader(issues, Registry::instance());
  reader.read_component(node, Dataset::family, ref);
  if (!issues.ok()) throw ConfigError(issues);
  return std::static_pointer_cast<Dataset>(ref.info->create(ref.params.get()));
}

DataContext folders(const std::vector<std::string>& names) {
  DataContext context;
  context.folders = names;
  return context;
}

std::vector<int64_t> range(const Samples& part) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < part.count(); ++i) indices.push_back(i);
  return indices;
}

// "3 1": what the set says of itself before it is loaded.
std::string sizes_text(const Dataset& dataset, const DataContext& context) {
  const auto sizes = dataset.sizes(context);
  return sizes ? std::to_string(sizes->train) + " " + std::to_string(sizes->test) : "unknown";
}

// Loads a published set, or says why the test is left out.
bool load(const std::string& name, LoadedData& data) {
  const auto dataset = from_yaml(name);
  bool found = false;
  for (const FoundSet& set : find_published(*dataset->published(), {})) {
    found = found || set.complete();
  }
  if (found) data = dataset->load({});
  if (!found) MESSAGE("skipped: " << name << " is nowhere in the search order (STRATA_DATA)");
  return found;
}

std::string png_of(const std::vector<uint8_t>& pixels, int64_t channels) {
  Image image;
  image.width = 2;
  image.height = 1;
  image.channels = channels;
  image.pixels = pixels;
  return encode_png(image);
}

}  // namespace

TEST_CASE("published and made sets know their sizes without a file") {
  CHECK(sizes_text(*from_yaml("mnist"), {}) == "60000 10000");
  CHECK(sizes_text(*from_yaml("fashion_mnist"), {}) == "60000 10000");
  CHECK(sizes_text(*from_yaml("{type: synthetic_digits, train: 25}"), {}) == "25 2000");
}

TEST_CASE("a damaged header leaves the sizes open, for load() to say what is wrong") {
  const TemporaryFolder folder;
  folder.write("x", idx({1, 2}, "ab"));
  folder.write("y", idx({1}, std::string("\0", 1)).substr(0, 6));
  const std::string part = "{images: " + (folder / "x") + ", labels: " + (folder / "y") + "}";
  CHECK(sizes_text(*from_yaml("{type: idx, train: " + part + ", test: " + part +
                              ", classes: 2, shape: [2]}"),
                   {}) == "unknown");
}

TEST_CASE("MNIST has the published counts, mean and deviation") {
  LoadedData data;
  if (!load("mnist", data)) return;
  // Counts: the table in many papers. Mean 0.1307, deviation 0.3081: PyTorch's MNIST example.
  CHECK(class_counts(data.train, range(data.train), 10) ==
        std::vector<int64_t>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949});
  CHECK(class_counts(data.test, range(data.test), 10) ==
        std::vector<int64_t>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009});
  const PixelStatistics pixels = pixel_statistics(data.train, range(data.train));
  CHECK(std::abs(pixels.mean - 0.1307) < 0.00005);
  CHECK(std::abs(std::sqrt(pixels.variance) - 0.3081) < 0.00005);
  REQUIRE(data.files.size() == 4);
  CHECK(data.files[2].name == "t10k-images-idx3-ubyte");
  CHECK(data.files[2].sha256 == "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
}

TEST_CASE("Fashion-MNIST has the published counts, mean and deviation") {
  LoadedData data;
  if (!load("fashion_mnist", data)) return;
  CHECK(class_counts(data.train, range(data.train), 10) == std::vector<int64_t>(10, 6000));
  CHECK(class_counts(data.test, range(data.test), 10) == std::vector<int64_t>(10, 1000));
  const PixelStatistics pixels = pixel_statistics(data.train, range(data.train));
  CHECK(std::abs(pixels.mean - 0.2860) < 0.00005);
  CHECK(std::abs(std::sqrt(pixels.variance) - 0.3530) < 0.00005);
  CHECK(data.train.labels[0] == 9);  // the first one is an ankle boot
}

TEST_CASE("synthetic digits are the same bits everywhere, a function of seed, part and position") {
  const LoadedData data = from_yaml("synthetic_digits")->load({});
  CHECK(data.train.count() == 10000);
  CHECK(data.test.count() == 2000);
  REQUIRE(data.files.size() == 4);
  CHECK(data.files[0].sha256 == "7571dab46db934a7b877110e8d0262fe5917f03c53213542fe40798d0050d529");
  CHECK(data.files[2].sha256 == "97be2ee20b67c466b38ffdb70368460e2152b854a1b6fa092bdb5329f315ae16");
  const LoadedData few = from_yaml("{type: synthetic_digits, train: 25, test: 10}")->load({});
  CHECK(std::equal(few.train.pixels.begin(), few.train.pixels.end(), data.train.pixels.begin()));
  CHECK(class_counts(few.train, range(few.train), 10) ==
        std::vector<int64_t>{3, 3, 3, 3, 3, 2, 2, 2, 2, 2});
  CHECK(!std::equal(few.test.pixels.begin(), few.test.pixels.end(), few.train.pixels.begin()));
  const LoadedData other =
      from_yaml("{type: synthetic_digits, train: 25, test: 10, seed: 1}")->load({});
  CHECK(other.train.pixels != few.train.pixels);
  DataContext seeded;
  seeded.seed = 99;
  CHECK(from_yaml("{type: synthetic_digits, train: 25, test: 10}")->load(seeded).train.pixels ==
        few.train.pixels);
}

TEST_CASE("a user's own IDX files are read from the settings alone") {
  const TemporaryFolder folder;
  folder.write("own/train-x.gz", gzip(idx({3, 1, 2}, "abcdef")));
  folder.write("own/train-y", idx({3}, std::string("\0\1\2", 3)));
  folder.write("own/test-x", idx({1, 1, 2}, "gh"));
  folder.write("own/test-y", idx({1}, "\2"));
  const auto dataset = from_yaml(
      "{type: idx, train: {images: own/train-x, labels: own/train-y}, "
      "test: {images: own/test-x, labels: own/test-y}, classes: 3, shape: [1, 1, 2], "
      "class_names: [ant, bee, cat]}");
  CHECK(dataset->info().class_names == std::vector<std::string>{"ant", "bee", "cat"});
  CHECK(dataset->info().sample_shape == Shape{1, 1, 2});
  CHECK(dataset->info().classes == 3);
  CHECK(sizes_text(*dataset, folders({folder.path.string()})) == "3 1");
  CHECK(sizes_text(*dataset, {}) == "unknown");  // the files are not here
  const LoadedData data = dataset->load(folders({folder.path.string()}));
  CHECK(std::string(data.train.pixels.begin(), data.train.pixels.end()) == "abcdef");
  CHECK(data.train.labels == std::vector<uint8_t>{0, 1, 2});
  CHECK(std::string(data.test.pixels.begin(), data.test.pixels.end()) == "gh");
  REQUIRE(data.files.size() == 4);
  CHECK(data.files[0].path == folder / "own/train-x.gz");
}

TEST_CASE("arrays of NumPy are read from the settings") {
  const TemporaryFolder folder;
  const auto array = [](const std::string& type, const std::string& sizes,
                        const std::string& data) {
    return npy("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + sizes + "}\n", data);
  };
  folder.write("x.npy", array("|u1", "(2, 3)", "abcdef"));
  folder.write("y.npy", array("|u1", "(2,)", std::string("\1\0", 2)));
  const std::string part =
      "{images: " + (folder / "x.npy") + ", labels: " + (folder / "y.npy") + "}";
  const auto dataset =
      from_yaml("{type: npy, train: " + part + ", test: " + part + ", classes: 2, shape: [3]}");
  CHECK(sizes_text(*dataset, {}) == "2 2");
  const LoadedData data = dataset->load({});
  CHECK(std::string(data.test.pixels.begin(), data.test.pixels.end()) == "abcdef");
  CHECK(data.train.labels == std::vector<uint8_t>{1, 0});
}

TEST_CASE("a folder of images: classes by the folders' names or as declared") {
  const TemporaryFolder folder;
  for (const std::string part : {"train", "test"}) {
    folder.write(part + "/cat/b.png", png_of({3, 4}, 1));
    folder.write(part + "/cat/a.png", png_of({1, 2}, 1));
    folder.write(part + "/ant/z.png", png_of({5, 6}, 1));
    folder.write(part + "/.hidden", "");
  }
  const std::string where = "{type: image_folder, train: " + (folder / "train") +
                            ", test: " + (folder / "test") + ", classes: 2, shape: [1, 1, 2]";
  CHECK(sizes_text(*from_yaml(where + "}"), {}) == "3 3");
  const LoadedData sorted = from_yaml(where + "}")->load({});
  CHECK(sorted.train.pixels == std::vector<uint8_t>{5, 6, 1, 2, 3, 4});
  CHECK(sorted.train.labels == std::vector<uint8_t>{0, 1, 1});
  REQUIRE(sorted.files.size() == 2);
  CHECK(sorted.files[0].path == folder / "train");
  // printf '\5\6\1\2\3\4\0\1\1' | sha256sum
  CHECK(sorted.files[0].sha256 ==
        "aceaa9cbae4415916a2c37b2611dd37265a67558e97eefce3e48b064e4d7b637");
  const LoadedData named = from_yaml(where + ", class_names: [cat, ant]}")->load({});
  CHECK(named.train.pixels == std::vector<uint8_t>{1, 2, 3, 4, 5, 6});
  CHECK(named.train.labels == std::vector<uint8_t>{0, 0, 1});
}

TEST_CASE("folders that do not fit the declaration are refused") {
  const TemporaryFolder folder;
  folder.write("train/ant/a.png", png_of({1, 2}, 1));
  folder.write("train/cat/a.png", png_of({1, 2}, 1));
  folder.write("test/ant/a.png", png_of({1, 2}, 1));
  folder.write("test/dog/a.png", png_of({1, 2}, 1));
  const auto error = [&](const std::string& more) {
    return user_error([&] {
      from_yaml("{type: image_folder, train: train, test: test, shape: [1, 1, 2], " + more + "}")
          ->load(folders({folder.path.string()}));
    });
  };
  CHECK(error("classes: 3") ==
        (folder / "train") + ": expected one folder for each of 3 classes, found ant, cat");
  CHECK(error("classes: 2") ==
        (folder / "test") +
            ": expected one folder for each of 2 classes (ant, cat), found ant, dog");
  CHECK(error("classes: 2, class_names: [ant, bee]") ==
        (folder / "train") +
            ": expected one folder for each of 2 classes (ant, bee), found ant, cat");
  folder.write("train/ant/readme.txt", "Pictures of ants.");
  CHECK(error("classes: 2") == (folder / "train/ant/readme.txt") + ": this is no PNG file");
  fs::remove(folder / "train/ant/readme.txt");
  fs::remove(folder / "train/cat/a.png");
  CHECK(error("classes: 2") == (folder / "train/cat") + ": the folder holds no images");
  fs::remove(folder / "train/cat");
  folder.write("train/cat", "a file");
  CHECK(error("classes: 2") == (folder / "train/cat") + ": Not a directory");
}

TEST_CASE("a declaration that cannot be is refused where it is written") {
  const auto error = [](const std::string& more) {
    return user_error([&] {
      from_yaml("{type: npy, train: {images: a, labels: b}, test: {images: c, labels: d}, " + more +
                "}");
    });
  };
  const auto has = [&](const std::string& more, const std::string& message) {
    const std::string text = error(more);
    CAPTURE(text);
    CHECK(text.find("test.yaml:1:") == 0);
    CHECK(text.find("error: " + message + "\n") != std::string::npos);
  };
  has("classes: 2, shape: [4, 4]",
      "expected [channels, height, width] or [features], got 2 numbers");
  has("classes: 2, shape: [65536, 65536, 2]",
      "a sample of 8589934592 bytes is more than a file may hold");
  has("classes: 3, shape: [4], class_names: [a, b]", "expected 3 names, one a class, got 2");
  has("classes: 2, shape: [4], class_names: [a, a]", "'a' is named twice");
  CHECK(user_error([] {
          from_yaml("{type: image_folder, train: a, test: b, classes: 2, shape: [2, 4, 4]}");
        }).find("error: images have the shape [1, height, width] or [3, height, width]\n") !=
        std::string::npos);
}

}  // namespace strata::test
