#include "strata/run/resource_check.hpp"

#include <fstream>

#include "folder.hpp"
#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

TEST_CASE("more samples than the data set has are refused before it is read") {
  const std::string data = "data: {dataset: {type: synthetic_digits, train: 90, test: 20}";
  const auto sizes = [&](const std::string& more, const Host& host = {}) {
    return mistakes(with(kPlanned, "data: {dataset: synthetic_digits", data + more), host);
  };
  CHECK(sizes(", train_size: 80, validation_size: 10, test_size: 20").empty());
  CHECK(sizes(", train_size: 91, test_size: 21") ==
        Lines{"2:76: 91 is too many, expected at most 90 (the training set has 90) (at "
              "data.train_size)",
              "2:91: 21 is too many, expected at most 20 (the test set has 20) (at "
              "data.test_size)"});
  CHECK(
      sizes(", validation_size: 20, train_size: 80") ==
      Lines{"2:97: 80 is too many, expected at most 70 (the training set has 90, validation takes "
            "20) (at data.train_size)"});
  CHECK(sizes(", validation_size: 90") ==
        Lines{"2:81: 90 is too many, expected at most 89 (the training set has 90, of which one "
              "must be left) (at data.validation_size)"});
  CHECK(mistakes(with(kPlanned, "synthetic_digits", "mnist, train_size: 60001")) ==
        Lines{"2:36: 60001 is too many, expected at most 60000 (the training set has 60000) (at "
              "data.train_size)"});
}

TEST_CASE("the sizes of one's own files come from their headers, where the files are here") {
  const TemporaryFolder folder("headers");
  const std::string labels{"\0\0\10\1\0\0\0\7\0\0\0\0\0\0\0", 15};  // seven, in IDX
  std::ofstream(folder.path / "y", std::ios::binary) << labels;
  const std::string file =
      with(kPlanned, "dataset: synthetic_digits",
           "dataset: {type: idx, train: {images: x, labels: y}, test: {images: x, labels: y}, "
           "classes: 10, shape: [1, 28, 28]}, test_size: 8");
  CHECK(mistakes(file) == Lines{});
  CHECK(mistakes(file, {{folder.path.string()}}) ==
        Lines{"2:135: 8 is too many, expected at most 7 (the test set has 7) (at data.test_size)"});
}

TEST_CASE("layers that no memory holds are refused with what they would take") {
  const auto in = [](int64_t bytes, const std::string& file) {
    Host host;
    host.memory = bytes;
    return mistakes(file, host);
  };
  constexpr int64_t gib = int64_t{1} << 30;
  // 784 * 10^9 weights and 10^9 offsets of 4 bytes: 2924.3 GiB.
  CHECK(in(16 * gib, with(kPlanned, "units: 8", "units: 1000000000")) ==
        Lines{"4:28: the 785000000000 parameters of layer 'linear' would take 2.9 TiB of memory, "
              "and their gradients as much again; this machine has 16.0 GiB, expected a size that "
              "fits (at encoder[0][0].units)"});
  // 785 * 2^20 * 8 bytes = 6.1 GiB, and its gradients.
  const std::string large =
      with(with(kPlanned, "units: 8", "units: 1048576"), "name:", "dtype: float64\nname:");
  CHECK(in(12 * gib, large) ==
        Lines{"5:28: the 823132160 parameters of layer 'linear' would take 6.1 GiB of memory, and "
              "their gradients as much again; this machine has 12.0 GiB, expected a size that fits "
              "(at encoder[0][0].units)"});
  CHECK(in(13 * gib, large).empty());  // with the decoder's 6.1 GiB: 12.3 GiB
  // Four layers of 785 * 784 * 4 bytes, 2.35 MiB each, and the head's 31 KiB.
  CHECK(in(6 << 20, with(with(kPlanned, "units: 8", "units: 784"), "units: 5", "units: 784")) ==
        Lines{"4:28: the parameters of all layers would take 9.4 MiB of memory, 2.3 MiB of it in "
              "this layer; this machine has 6.0 MiB, expected a size that fits (at "
              "encoder[0][0].units)"});
}
