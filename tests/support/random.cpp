#include "strata/support/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

using namespace strata;

namespace {

std::vector<uint32_t> words(const RandomStream& stream, uint64_t element, uint32_t epoch,
                            uint32_t step) {
  const RandomStream::Words w = stream.words(element, epoch, step);
  return {w.w[0], w.w[1], w.w[2], w.w[3]};
}

constexpr uint64_t kDraws = 200'000;

}  // namespace

// Random123's published file of known answers (examples/kat_vectors), the lines "philox4x32 10":
// counter words are the element's low and high half, the epoch and the step.
TEST_CASE("Philox4x32-10 gives Random123's known answers") {
  CHECK(words({0, 0}, 0, 0, 0) ==
        std::vector<uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(words({0xffffffff, 0xffffffff}, 0xffffffffffffffffULL, 0xffffffff, 0xffffffff) ==
        std::vector<uint32_t>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(words({0xa4093822, 0x299f31d0}, 0x85a308d3243f6a88ULL, 0x13198a2e, 0x03707344) ==
        std::vector<uint32_t>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

// From the known answers above by Python: u = ((w0 << 32 | w1) >> 11) / 2**53, v likewise of w2 and
// w3, sqrt(-2 log(1 - u)) cos(2 pi v).
TEST_CASE("uniform and normal follow from the generator's words") {
  const RandomStream zero{0, 0}, ones{0xffffffff, 0xffffffff};
  CHECK(zero.uniform(0) == 0.3990464708489645);
  CHECK(ones.uniform(0xffffffffffffffffULL, 0xffffffff, 0xffffffff) == 0.2521843568554524);
  CHECK(zero.normal(0) == doctest::Approx(-0.09047305844120267).epsilon(1e-14));
  CHECK(ones.normal(0xffffffffffffffffULL, 0xffffffff, 0xffffffff) ==
        doctest::Approx(-0.5113334990961309).epsilon(1e-14));
}

// Python: hashlib.sha256(b"0\0init\0encoder.0.0.weight\0").digest()[:8], little-endian.
TEST_CASE("a stream's key is the hash of seed, purpose, component and stage") {
  const RandomStream init = random_stream(0, "init", "encoder.0.0.weight");
  CHECK(init.key0 == 0xb6f0bba1);
  CHECK(init.key1 == 0x292304b1);
  const RandomStream shuffle =
      random_stream(18446744073709551615ULL, "shuffle", "data", "pretrain-1");
  CHECK(shuffle.key0 == 0x31ed4ca7);
  CHECK(shuffle.key1 == 0x0583f0bf);
}

TEST_CASE("streams of other names are other streams, wherever the names are cut") {
  std::set<std::pair<uint32_t, uint32_t>> keys;
  const auto add = [&](const RandomStream& s) { keys.insert({s.key0, s.key1}); };
  add(random_stream(1, "init", "a", "b"));
  add(random_stream(1, "init", "ab", ""));
  add(random_stream(1, "inita", "", "b"));
  add(random_stream(1, "init", "", "ab"));
  add(random_stream(11, "init", "a", "b"));
  add(random_stream(1, "1init", "a", "b"));
  CHECK(keys.size() == 6);
}

// Bounds are five standard errors of the mean of n draws, from the moments of the distributions.
TEST_CASE("uniform draws have the moments and the spread of the uniform distribution") {
  const RandomStream stream = random_stream(7, "test", "uniform");
  std::vector<double> draws;
  double sum = 0, squares = 0, product = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    draws.push_back(stream.uniform(i));
    sum += draws.back();
    squares += draws.back() * draws.back();
    if (i > 0) product += (draws[i] - 0.5) * (draws[i - 1] - 0.5);
  }
  const double n = static_cast<double>(kDraws), root = std::sqrt(n);
  CHECK(std::abs(sum / n - 1.0 / 2) < 5 * std::sqrt(1.0 / 12) / root);
  CHECK(std::abs(squares / n - 1.0 / 3) < 5 * std::sqrt(4.0 / 45) / root);
  CHECK(std::abs(product / n) < 5 * (1.0 / 12) / root);  // neighbours are independent

  std::sort(draws.begin(), draws.end());
  double distance = 0;  // Kolmogorov's, with 1.95 / sqrt(n) for a significance of 0.001
  for (uint64_t i = 0; i < kDraws; ++i)
    distance = std::max({distance, std::abs(draws[i] - static_cast<double>(i) / n),
                         std::abs(draws[i] - static_cast<double>(i + 1) / n)});
  CHECK(distance < 1.95 / root);
  CHECK(draws.front() >= 0);
  CHECK(draws.back() < 1);
}

TEST_CASE("normal draws have the moments of the normal distribution") {
  const RandomStream stream = random_stream(7, "test", "normal");
  double sums[5] = {};
  for (uint64_t i = 0; i < kDraws; ++i) {
    const double x = stream.normal(i);
    for (int p = 1; p <= 4; ++p) sums[p] += std::pow(x, p);
  }
  const double n = static_cast<double>(kDraws), root = std::sqrt(n);
  CHECK(std::abs(sums[1] / n) < 5 / root);
  CHECK(std::abs(sums[2] / n - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::abs(sums[3] / n) < 5 * std::sqrt(15.0) / root);
  CHECK(std::abs(sums[4] / n - 3) < 5 * std::sqrt(96.0) / root);
}

TEST_CASE("a draw depends on element, epoch and step") {
  const RandomStream stream = random_stream(7, "test", "place");
  std::set<double> values;
  for (uint64_t element = 0; element < 4; ++element)
    for (uint32_t epoch = 0; epoch < 4; ++epoch)
      for (uint32_t step = 0; step < 4; ++step) values.insert(stream.uniform(element, epoch, step));
  values.insert(stream.uniform(1ULL << 32));
  CHECK(values.size() == 65);
  CHECK(stream.uniform(3, 2, 1) == random_stream(7, "test", "place").uniform(3, 2, 1));
}
