#include "strata/data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "strata/support/errors.hpp"
#include "strata/support/random.hpp"
#include "strata/support/sha256.hpp"

namespace strata {
namespace {

// The positions sorted by 64 random bits each.
std::vector<int64_t> permutation(int64_t count, const RandomStream& stream) {
  std::vector<std::pair<uint64_t, int64_t>> keyed(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const RandomStream::Words r = stream.words(static_cast<uint64_t>(i));
    keyed[static_cast<size_t>(i)] = {uint64_t{r.w[0]} << 32 | r.w[1], i};
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<int64_t> order;
  order.reserve(keyed.size());
  for (const auto& [key, position] : keyed) order.push_back(position);
  return order;
}

IndexList index_list(std::vector<int64_t> indices) {
  std::sort(indices.begin(), indices.end());
  Sha256 hash;
  for (const int64_t index : indices) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<uint8_t>(index >> (8 * i));
    hash.update(bytes, sizeof bytes);
  }
  return {std::move(indices), hash.hex()};
}

// Whether `size` may be asked for; says why not.
bool check_size(const char* key, std::optional<int64_t> size, int64_t least, int64_t most,
                const std::string& available, std::vector<SizeMistake>& mistakes) {
  if (!size || (*size >= least && *size <= most)) return true;
  mistakes.push_back(
      {fmt::format("data.{}", key),
       *size < least
           ? fmt::format("{} is too few, expected at least {}", *size, least)
           : fmt::format("{} is too many, expected at most {} ({})", *size, most, available)});
  return false;
}

}  // namespace

std::vector<SizeMistake> size_mistakes(const PartSizes& sizes, const DataSplitParams& params) {
  std::vector<SizeMistake> mistakes;
  const bool fits = check_size(
      "validation_size", params.validation_size, 0, sizes.train - 1,
      fmt::format("the training set has {}, of which one must be left", sizes.train), mistakes);
  const int64_t taken = fits ? params.validation_size.value_or(0) : 0;
  check_size("train_size", params.train_size, 1, sizes.train - taken,
             taken == 0
                 ? fmt::format("the training set has {}", sizes.train)
                 : fmt::format("the training set has {}, validation takes {}", sizes.train, taken),
             mistakes);
  check_size("test_size", params.test_size, 1, sizes.test,
             fmt::format("the test set has {}", sizes.test), mistakes);
  return mistakes;
}

DataSplit split_data(int64_t train_count, int64_t test_count, const DataSplitParams& params,
                     uint64_t seed) {
  std::string problems;
  for (const SizeMistake& mistake : size_mistakes({train_count, test_count}, params))
    problems +=
        fmt::format("{}{}: {}", problems.empty() ? "" : "\n", mistake.path, mistake.message);
  if (!problems.empty()) throw UserError(problems);

  const std::vector<int64_t> p = permutation(train_count, random_stream(seed, "split", "data"));
  const std::vector<int64_t> q = permutation(test_count, random_stream(0, "split", "data.test"));
  const int64_t taken = params.validation_size.value_or(0);
  DataSplit split;
  split.validation = index_list({p.begin(), p.begin() + taken});
  split.train = index_list({p.end() - params.train_size.value_or(train_count - taken), p.end()});
  split.test = index_list({q.begin(), q.begin() + params.test_size.value_or(test_count)});
  return split;
}

}  // namespace strata
