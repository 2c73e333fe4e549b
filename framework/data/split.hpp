#pragma once
// Training, validation and test part of a data set. Implemented in split.cpp.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"

namespace strata {

/// How many samples to use; all of them where nothing is said.
struct DataSplitParams {
  std::optional<int64_t> train_size;       ///< of what the validation part leaves
  std::optional<int64_t> validation_size;  ///< taken out of the training set; none by default
  std::optional<int64_t> test_size;
};

/// Why sizes cannot be had: "data.train_size", "70000 is too many, expected at most ...".
struct SizeMistake {
  std::string path;
  std::string message;
};

/// What is wrong with the sizes asked for, all of it.
std::vector<SizeMistake> size_mistakes(const PartSizes& sizes, const DataSplitParams& params);

/// The positions of some samples in their part, ascending, and a digest to compare them by.
struct IndexList {
  std::vector<int64_t> indices;
  std::string sha256;  ///< of the indices as little-endian 64-bit integers; of nothing where empty
};

/// train and validation are positions in the training set and have none in common; test in the test
/// set.
struct DataSplit {
  IndexList train, validation, test;
};

/// Splits by random permutations that do not look at labels: classes are not balanced by force.
/// With p a permutation of the training set that is a pure function of `seed`, validation is the
/// first validation_size samples of p and training the last train_size: neither moves when the
/// other's size changes, and a smaller part is a subset of a larger one. The test subset, from a
/// permutation of the test set's own, is the same for every seed, so that runs are judged by the
/// same images. Throws UserError naming the key (data.validation_size ...) and the numbers, all
/// mistakes at once.
DataSplit split_data(int64_t train_count, int64_t test_count, const DataSplitParams& params,
                     uint64_t seed);

}  // namespace strata
