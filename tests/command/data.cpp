#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>

#include "command/data_place.hpp"
#include "strata/data/byte_source.hpp"
#include "strata/data/search.hpp"
#include "strata/support/sha256.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

const char* const kNames[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                              "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};

// Files by the names of MNIST's, of a kilobyte each, which hold nothing of it.
void write_names(const DataPlace& place, const std::string& folder, const std::string& extension,
                 int files = 4) {
  for (int i = 0; i < files; ++i)
    place.write(folder + "/" + kNames[i] + extension, std::string(1024, 'x'));
}

// The lines of the output that begin with a word.
std::string rows(const std::string& output, const std::string& word) {
  std::istringstream lines(output);
  std::string found;
  for (std::string line; std::getline(lines, line);)
    if (line.compare(0, word.size() + 1, word + " ") == 0) found += line + "\n";
  return found;
}

std::string content(const std::string& path) {
  ByteSource source(path);
  std::string bytes;
  std::vector<char> buffer(1 << 20);
  while (const size_t got = source.read(buffer.data(), buffer.size()))
    bytes.append(&buffer[0], got);
  return bytes;
}

}  // namespace

TEST_CASE("data list: what there is, and that a set was not found") {
  const DataPlace place;
  const CommandResult result = place.run({"data", "list"});
  CHECK(result.code == 0);
  CHECK(result.err == "");
  CHECK(result.out.find("data set          state             size  where\n") == 0);
  CHECK(rows(result.out, "mnist") ==
        "mnist             not found               `strata data fetch mnist` gets it\n");
  for (const std::string type : {"idx", "npy", "image_folder"}) {
    CHECK(rows(result.out, type) ==
          type + std::string(18 - type.size(), ' ') +
              "declared                the experiment's file names its files\n");
  }
  CHECK(rows(result.out, "synthetic_digits") ==
        "synthetic_digits  built in                needs no file\n");
}

TEST_CASE("data list and the search itself go by --data, STRATA_DATA, ./data, cache") {
  const DataPlace place;
  write_names(place, "a/mnist", "");
  write_names(place, "b/mnist", ".gz");
  write_names(place, "c/mnist", "", 2);
  write_names(place, "d/mnist", "");
  write_names(place, "data/mnist", "");
  place.write("data/mnist/train-images-idx3-ubyte", std::string(100 * 1024, 'x'));
  write_names(place, "cache/strata/data/mnist", "");
  place.write("cache/strata/data/mnist/train-images-idx3-ubyte", std::string(2 << 20, 'x'));
  const std::vector<std::string> list = {"STRATA_DATA=" + (place / "c") +
                                         ":nowhere:" + (place / "d")};
  const CommandResult result = place.run({"data", "list", "--data", "a", "--data", "b"}, list);
  CHECK(result.code == 0);
  CHECK(result.err == "strata: warning: STRATA_DATA names 'nowhere': no such folder\n");
  CHECK(rows(result.out, "mnist") ==
        "mnist             complete       4.0 KiB  a/mnist (--data)\n"
        "mnist             also here      4.0 KiB  b/mnist (--data)\n"
        "mnist             incomplete     2.0 KiB  " +
            (place / "c/mnist") +
            " (STRATA_DATA), lacks t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte\n"
            "mnist             also here      4.0 KiB  " +
            (place / "d/mnist") +
            " (STRATA_DATA)\n"
            "mnist             also here    103.0 KiB  data/mnist (working directory)\n"
            "mnist             also here      2.0 MiB  " +
            (place / "cache/strata/data/mnist") + " (cache)\n");

  // The files hold nothing of MNIST, so each folder in its turn is named for it.
  const std::vector<std::pair<std::string, std::string>> order = {
      {"a", "a/mnist/train-images-idx3-ubyte"},
      {"b", "b/mnist/train-images-idx3-ubyte.gz"},
      {"d", place / "d/mnist/train-images-idx3-ubyte"},
      {"data", "data/mnist/train-images-idx3-ubyte"},
      {"cache", place / "cache/strata/data/mnist/train-images-idx3-ubyte"}};
  const std::vector<std::string> show = {"data", "show", "mnist", "--data", "a", "--data", "b"};
  for (const auto& [folder, named] : order) {
    const CommandResult shown = place.run(show, list);
    CHECK(shown.code == 2);
    CHECK(shown.err == "strata: error: " + named +
                           ": at byte 0: this is no IDX file: expected its magic number (00 00 08 "
                           "and the number of dimensions), found 78 78 78 78\n");
    fs::remove_all(place.path / folder / "mnist");
    if (folder == "cache") fs::remove_all(place.path / "cache/strata/data/mnist");
  }
  const CommandResult lost = place.run(show, list);
  CHECK(lost.code == 2);
  CHECK(
      lost.err ==
      "strata: error: data set 'mnist' was not found\n  " + (place / "c/mnist") +
          " (STRATA_DATA) lacks t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte\n"
          "looked for mnist/train-images-idx3-ubyte, with or without .gz, and its companions in:\n"
          "  a (--data)\n  b (--data)\n  " +
          (place / "c") +
          " (STRATA_DATA)\n"
          "  nowhere (STRATA_DATA): no such folder\n  " +
          (place / "d") +
          " (STRATA_DATA)\n"
          "  data (working directory)\n  " +
          (place / "cache/strata/data") +
          " (cache)\n"
          "  /usr/share/datasets (distribution)\n"
          "`strata data fetch mnist` downloads it; --data or STRATA_DATA names a folder that has "
          "it\n");
}

TEST_CASE("data list: the distribution's folder comes last") {
  const fs::path distribution = "/usr/share/datasets/fashion-mnist";
  if (!fs::exists(distribution)) {
    MESSAGE("skipped: the package dataset-fashion-mnist is not installed");
    return;
  }
  const DataPlace place;
  uintmax_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(distribution)) bytes += entry.file_size();
  const std::string size = fmt::format("{:>6.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  const std::string where = size + "  /usr/share/datasets/fashion-mnist (distribution)\n";
  CHECK(rows(place.run({"data", "list"}).out, "fashion_mnist") ==
        "fashion_mnist     complete    " + where);
  write_names(place, "cache/strata/data/fashion-mnist", "");
  CHECK(rows(place.run({"data", "list"}).out, "fashion_mnist") ==
        "fashion_mnist     complete       4.0 KiB  " + (place / "cache/strata/data/fashion-mnist") +
            " (cache)\nfashion_mnist     also here   " + where);
}

TEST_CASE("data verify: right, corrupted, cut off and missing files") {
  const auto here = find_here("fashion_mnist");
  if (!here) return;
  const DataPlace place;
  // What is said of the distribution's copy, which is verified too.
  std::string distribution;
  for (const char* name : kNames)
    if (const auto path = find_data_file("/usr/share/datasets/fashion-mnist", name))
      distribution += *path + ": right\n";

  const auto own = [&](int i) { return place / ("own/fashion-mnist/" + std::string(kNames[i])); };
  fs::create_directories(place.path / "own/fashion-mnist");
  for (int i = 0; i < 4; ++i) fs::create_symlink(here->paths[i], own(i) + ".gz");
  const std::vector<std::string> verify = {"data", "verify", "fashion_mnist", "--data", "own"};
  std::string right;
  for (const char* name : kNames)
    right += "own/fashion-mnist/" + std::string(name) + ".gz: right\n";
  const CommandResult good = place.run(verify);
  CHECK(good.code == 0);
  CHECK(good.out ==
        right + distribution +
            (distribution.empty() ? "1 data set verified\n" : "2 data sets verified\n"));

  const std::string labels = content(here->paths[3]);
  const std::string flipped = with_byte(labels, 100, static_cast<char>(labels[100] ^ 1));
  place.write("own/fashion-mnist/t10k-labels-idx1-ubyte", flipped);
  const std::string one_bad =
      "own/fashion-mnist/t10k-labels-idx1-ubyte: the content is not that of "
      "the published t10k-labels-idx1-ubyte: its SHA-256 is " +
      sha256_hex(flipped) +
      ", expected 0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34\n";
  CommandResult bad = place.run(verify);
  CHECK(bad.code == 2);
  CHECK(bad.out.find(one_bad + distribution + "1 file is broken or missing\n") !=
        std::string::npos);

  const std::string packed = gzip(content(here->paths[1]));
  fs::remove(own(1) + ".gz");
  fs::remove(own(2) + ".gz");
  place.write("own/fashion-mnist/train-labels-idx1-ubyte.gz", packed.substr(0, 20000));
  bad = place.run(verify);
  CHECK(bad.code == 2);
  CHECK(bad.out ==
        "own/fashion-mnist/train-images-idx3-ubyte.gz: right\n"
        "own/fashion-mnist/train-labels-idx1-ubyte.gz: at byte 20000: the file ends "
        "within the gzip stream: it was cut off\n"
        "own/fashion-mnist/t10k-images-idx3-ubyte: missing\n" +
            one_bad + distribution + "3 files are broken or missing\n");
}

TEST_CASE("data verify: sets that are not there, or have nothing to verify") {
  const DataPlace place;
  const auto error = [&](const std::vector<std::string>& arguments) {
    const CommandResult result = place.run(arguments);
    CHECK(result.code == 2);
    CHECK(result.out == "");
    return result.err;
  };
  CHECK(error({"data", "verify", "mnist"}) ==
        "strata: error: 'mnist' was not found; `strata data fetch mnist` gets it\n");
  CHECK(place.run({"data", "verify", "mnist"}, {"STRATA_DATA=nowhere"}).err ==
        "strata: warning: STRATA_DATA names 'nowhere': no such folder\n"
        "strata: error: 'mnist' was not found; `strata data fetch mnist` gets it\n");
  CHECK(error({"data", "verify", "synthetic_digits"}) ==
        "strata: error: 'synthetic_digits' has no files with known checksums\n");
  CHECK(error({"data", "verify", "mnits"}) ==
        "strata: error: unknown data set 'mnits'; did you mean 'mnist'? Known: fashion_mnist, idx, "
        "image_folder, mnist, npy, synthetic_digits\n");
  CHECK(error({"data", "show", "npy"}) ==
        "strata: error: 'npy' is declared in an experiment's file: give that file's name\n");
  CHECK(error({"data", "lst"}) ==
        "strata: error: unknown command 'lst'; did you mean 'list'? Known: list, verify, show, "
        "fetch\n");
  CHECK(error({"data", "list", "--data", "nowhere"})
            .find("strata: error: --data: Directory does not exist: nowhere\n") == 0);
}
