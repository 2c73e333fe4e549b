#include "strata/data/split.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "data/files.hpp"

namespace strata::test {
namespace {

using Indices = std::vector<int64_t>;

DataSplitParams sizes(std::optional<int64_t> train, std::optional<int64_t> validation,
                      std::optional<int64_t> test) {
  DataSplitParams params;
  params.train_size = train;
  params.validation_size = validation;
  params.test_size = test;
  return params;
}

Indices range(int64_t count) {
  Indices indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

}  // namespace

TEST_CASE("without sizes, everything is used and nothing is for validation") {
  const DataSplit split = split_data(10, 6, {}, 7);
  CHECK(split.train.indices == range(10));
  CHECK(split.test.indices == range(6));
  CHECK(split.validation.indices.empty());
  // SHA-256 of nothing (FIPS 180-4's examples).
  CHECK(split.validation.sha256 ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a split is what the definition says, computed apart") {
  // From a Philox4x32-10 and SHA-256 in Python that share nothing with strata.
  const DataSplit split = split_data(10, 6, sizes(4, 3, 2), 7);
  CHECK(split.validation.indices == Indices{3, 6, 8});
  CHECK(split.validation.sha256 ==
        "8aca1f78928917cb93f45e03e004eaa1f23cc66ad3ec541d57d25cd87997ede2");
  CHECK(split.train.indices == Indices{0, 4, 5, 9});
  CHECK(split.train.sha256 == "b4b292595d169c8d0f0983600756efba057ccabfb932b4ef72984eb4ef49aff4");
  CHECK(split.test.indices == Indices{0, 2});
  CHECK(split.test.sha256 == "c571327cb01ac1de6972713cbf6cc1fc3c2cab8b581ee0bc3fe6d8b56963fd5b");
  const DataSplit large = split_data(60000, 10000, sizes({}, 10000, {}), 0);
  CHECK(large.validation.sha256 ==
        "b45a70a094bc06ac934ae2c9ef071433d4ce62fd5f3c21550e363b6c10fe1d1c");
  CHECK(large.train.sha256 == "fed943b57e04547aa969a736d5632742e79672000d137165bea949617ff7f1bf");
}

TEST_CASE("validation and training share nothing and make up the whole") {
  const DataSplit split = split_data(1000, 10, sizes({}, 300, {}), 3);
  Indices both = split.train.indices;
  both.insert(both.end(), split.validation.indices.begin(), split.validation.indices.end());
  std::sort(both.begin(), both.end());
  CHECK(split.validation.indices.size() == 300);
  CHECK(both == range(1000));
}

TEST_CASE("one part does not move when another's size changes, and smaller is a subset") {
  const DataSplit small = split_data(1000, 100, sizes(200, 100, 10), 5);
  const DataSplit other = split_data(1000, 100, sizes(400, 50, 20), 5);
  const auto contains = [](const IndexList& all, const IndexList& part) {
    return std::includes(all.indices.begin(), all.indices.end(), part.indices.begin(),
                         part.indices.end());
  };
  CHECK(split_data(1000, 100, sizes(200, 0, {}), 5).train.sha256 == small.train.sha256);
  CHECK(contains(other.train, small.train));
  CHECK(contains(small.validation, other.validation));
  CHECK(contains(other.test, small.test));
}

TEST_CASE("the seed moves training and validation, and leaves the test subset") {
  const DataSplit one = split_data(1000, 100, sizes(200, 100, 10), 1);
  const DataSplit two = split_data(1000, 100, sizes(200, 100, 10), 2);
  CHECK(one.train.sha256 != two.train.sha256);
  CHECK(one.validation.sha256 != two.validation.sha256);
  CHECK(one.test.sha256 == two.test.sha256);
}

TEST_CASE("sizes that cannot be had are refused, all at once") {
  const auto error = [](const DataSplitParams& params) {
    return user_error([&] { split_data(100, 20, params, 0); });
  };
  CHECK(error(sizes({}, 100, {})) ==
        "data.validation_size: 100 is too many, expected at most 99 (the training set has 100, of "
        "which one must be left)");
  CHECK(
      error(sizes(91, 10, {})) ==
      "data.train_size: 91 is too many, expected at most 90 (the training set has 100, validation "
      "takes 10)");
  CHECK(error(sizes(101, {}, {})) ==
        "data.train_size: 101 is too many, expected at most 100 (the training set has 100)");
  CHECK(error(sizes(0, -1, 21)) ==
        "data.validation_size: -1 is too few, expected at least 0\n"
        "data.train_size: 0 is too few, expected at least 1\n"
        "data.test_size: 21 is too many, expected at most 20 (the test set has 20)");
  CHECK(split_data(100, 20, sizes(1, 99, 20), 0).validation.indices.size() == 99);
}

}  // namespace strata::test
