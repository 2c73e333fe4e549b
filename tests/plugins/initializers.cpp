#include "strata/core/initializer.hpp"

#include <algorithm>

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

constexpr int64_t kFanIn = 400, kFanOut = 250, kCount = kFanIn * kFanOut;

std::vector<double> drawn(const std::string& yaml, int64_t count = kCount,
                          const std::string& name = "encoder.0.0.weight") {
  Tensor out = at::full({count}, 77.0, at::kDouble);
  component<Initializer>(yaml)->fill(out, random_stream(3, "init", name), kFanIn, kFanOut);
  return {out.data_ptr<double>(), out.data_ptr<double>() + count};
}

/// Kolmogorov's distance between draws and a distribution function, times the root of their number:
/// above 1.95 with probability 0.001.
double distance(std::vector<double> draws, const std::function<double(double)>& distribution) {
  std::sort(draws.begin(), draws.end());
  const double n = static_cast<double>(draws.size());
  double most = 0;
  for (size_t i = 0; i < draws.size(); ++i) {
    const double f = distribution(draws[i]), below = static_cast<double>(i) / n;
    most = std::max({most, std::abs(f - below), std::abs(f - below - 1 / n)});
  }
  return most * std::sqrt(n);
}

std::function<double(double)> uniform_within(double bound) {
  return [bound](double x) { return std::clamp((x + bound) / (2 * bound), 0.0, 1.0); };
}

std::function<double(double)> normal_of(double mean, double deviation) {
  return [=](double x) { return std::erfc((mean - x) / (deviation * std::sqrt(2.0))) / 2; };
}

void check_uniform(const std::string& yaml, double bound) {
  CAPTURE(yaml);
  const std::vector<double> draws = drawn(yaml);
  const auto [least, most] = std::minmax_element(draws.begin(), draws.end());
  CHECK(*least >= -bound);
  CHECK(*most < bound);
  CHECK(distance(draws, uniform_within(bound)) < 1.95);
}

void check_normal(const std::string& yaml, double mean, double deviation) {
  CAPTURE(yaml);
  CHECK(distance(drawn(yaml), normal_of(mean, deviation)) < 1.95);
}

}  // namespace

// Bounds and deviations by hand, for fan_in 400 and fan_out 250.
TEST_CASE("initializers draw from the distributions that they name") {
  check_uniform("fan_in_uniform", 0.05);          // 1 / sqrt(400)
  check_uniform("xavier", std::sqrt(6.0 / 650));  // Glorot and Bengio, equation 16
  check_uniform("{type: xavier, gain: 2}", 2 * std::sqrt(6.0 / 650));
  check_uniform("kaiming", std::sqrt(6.0 / 400));
  check_normal("{type: xavier, distribution: normal}", 0, std::sqrt(2.0 / 650));
  check_normal("{type: kaiming, distribution: normal}", 0, std::sqrt(2.0 / 400));
  check_normal("normal", 0, 0.01);
  check_normal("{type: normal, mean: -1, std: 3}", -1, 3);
  CHECK(drawn("zeros") == std::vector<double>(kCount, 0));
}

TEST_CASE("the test of distributions can tell a wrong one") {
  CHECK(distance(drawn("fan_in_uniform"), uniform_within(0.051)) > 1.95);
  CHECK(distance(drawn("normal"), normal_of(0, 0.0105)) > 1.95);
}

// A value depends on nothing but its place: neither on how many others are drawn, nor on what.
TEST_CASE("a value is drawn for its place") {
  for (const std::string& name : Registry::instance().names(Initializer::family)) {
    if (name == "constant") continue;  // which has a value to be given
    CAPTURE(name);
    const std::vector<double> many = drawn(name), few = drawn(name, 10);
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
    if (name != "zeros" && name != "ones") {
      CHECK(drawn(name, 10, "encoder.0.0.bias") != few);
      CHECK(std::abs(many[0] - many[1]) > 0);
    }
  }
}

namespace {

Tensor matrix(const std::string& yaml, Shape shape) {
  Tensor out = at::full(shape, 77.0, at::kDouble);
  component<Initializer>(yaml)->fill(out, random_stream(3, "init", "w"), shape[1], shape[0]);
  return out;
}

}  // namespace

TEST_CASE("constants are what they say") {
  CHECK(drawn("ones", 5) == std::vector<double>(5, 1));
  CHECK(drawn("{type: constant, value: -0.25}", 5) == std::vector<double>(5, -0.25));
}

TEST_CASE("orthogonal rows, or columns where there are fewer, times the gain") {
  for (const Shape& shape : {Shape{20, 30}, Shape{30, 20}, Shape{25, 25}, Shape{4, 3, 3, 3}}) {
    CAPTURE(shape_text(shape));
    const Tensor w = matrix("{type: orthogonal, gain: 2}", shape).flatten(1);
    const bool wide = w.size(0) <= w.size(1);
    const Tensor products = wide ? w.matmul(w.t()) : w.t().matmul(w);
    const int64_t n = products.size(0);
    CHECK(max_difference(products, at::one_hot(at::arange(n, at::kLong)).to(at::kDouble) * 4) <
          1e-12);
  }
}

// Elements of a random orthogonal matrix of n columns have variance 1 / n, and the sign of each is
// a coin's.
TEST_CASE("orthogonal matrices have no preferred direction") {
  const Tensor w = matrix("orthogonal", {100, 400});
  CHECK(w.mean().item<double>() == doctest::Approx(0).epsilon(1e-3));
  CHECK(w.square().mean().item<double>() == doctest::Approx(1.0 / 400).epsilon(1e-12));
  const Tensor flat = w.flatten().contiguous();
  CHECK(distance({flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()},
                 normal_of(0, 0.05)) < 1.95);
}

TEST_CASE("sparse has so many weights into each output, normal ones, anywhere") {
  const Tensor w = matrix("{type: sparse, inputs: 15, std: 2}", {2000, 60});
  const Tensor taken = w != 0;
  CHECK(at::equal(taken.sum(1), at::full({2000}, 15, at::kLong)));
  const Tensor weights = w.masked_select(taken);
  CHECK(distance({weights.data_ptr<double>(), weights.data_ptr<double>() + weights.numel()},
                 normal_of(0, 2)) < 1.95);
  // 2000 times 1 in 4: 500 at each input, give or take 5 standard deviations of 19.4.
  CHECK((taken.sum(0) - 500).abs().max().item<int64_t>() < 97);
  CHECK(at::equal(matrix("{type: sparse, inputs: 9}", {3, 4}) != 0, at::ones({3, 4}, at::kBool)));
}
