#include "strata/core/penalty.hpp"

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

double value(const std::string& yaml, const PenaltyBatch& batch) {
  const Tensor term = component<Penalty>(yaml)->forward(batch);
  CHECK(term.dim() == 0);
  return term.item<double>();
}

/// sigmoid(x W^T), as a stage would show it in this step.
PenaltyBatch encoded(const Tensor& x, const Tensor& w, uint32_t step = 0) {
  PenaltyBatch batch;
  batch.input = x.detach().clone().set_requires_grad(true);
  batch.parameters = {{"encoder.0.0.weight", w}};
  batch.code = at::sigmoid(at::linear(batch.input, w));
  batch.place.seed = 5;
  batch.place.step = step;
  return batch;
}

const std::vector<double> kInputs{0.5, -1, 2, 1, 0.25, -0.5}, kWeights{1, -2, 0.5, 0.75, 1, -1};

/// Rifai et al. 2011, equation 2, for sigmoids: sum_j (h_j (1 - h_j))^2 sum_i W_ji^2.
double contraction(const Tensor& x, const Tensor& w) {
  const Tensor h = at::sigmoid(at::linear(x, w));
  const Tensor slope = (h * (1 - h)).square() * w.square().sum(1);
  return slope.sum().item<double>() / static_cast<double>(x.size(0));
}

}  // namespace

TEST_CASE("l2 is the sum over units of the mean square") {
  on_each([](const at::TensorOptions& options) {
    PenaltyBatch batch;
    batch.code = tensor({1, -2, 0.5, 3, 0, -1.5}, {2, 3}, options);
    CHECK(value("l2", batch) == (1 + 4 + 0.25 + 9 + 2.25) / 2);
  });
}

// Rows (3, 4) and (1, 0): products 25, 3, 1 against 1, 0, 1. As columns the same numbers. Biases
// have no part.
TEST_CASE("orthogonality is how far the weights' products are from the identity") {
  PenaltyBatch batch;
  batch.code = at::zeros({1, 2}, at::kDouble);
  const Tensor w = tensor({3, 4, 1, 0}, {2, 2});
  batch.parameters = {{"encoder.0.0.weight", w}, {"encoder.0.0.bias", tensor({7, 8}, {2})}};
  CHECK(value("orthogonality", batch) == 24 * 24 + 2 * 3 * 3);
  batch.parameters = {{"encoder.0.0.weight", tensor({3, 1, 4, 0, 0, 0}, {3, 2})}};
  CHECK(value("orthogonality", batch) == 24 * 24 + 2 * 3 * 3);
  batch.parameters = {{"encoder.0.0.weight", tensor({0.6, 0.8, 0, -0.8, 0.6, 0}, {2, 3})}};
  CHECK(value("orthogonality", batch) == doctest::Approx(0));
}

// With one unit the sign makes no difference, and the estimate is exact.
TEST_CASE("contractive is the squared slope of a code") {
  const Tensor x = tensor(kInputs, {2, 3}), w = tensor({1, -2, 0.5}, {1, 3});
  CHECK(value("contractive", encoded(x, w)) == doctest::Approx(contraction(x, w)).epsilon(1e-14));
}

TEST_CASE("contractive estimates Rifai's formula, anew in each step, and alike in the same one") {
  const Tensor x = tensor(kInputs, {2, 3}), w = tensor(kWeights, {2, 3});
  constexpr int count = 2000;
  double sum = 0, squares = 0;
  for (uint32_t step = 0; step < count; ++step) {
    const double estimate = value("contractive", encoded(x, w, step));
    sum += estimate;
    squares += estimate * estimate;
  }
  const double mean = sum / count, deviation = std::sqrt((squares / count - mean * mean) / count);
  CHECK(deviation > 0);
  CHECK(std::abs(mean - contraction(x, w)) < 4 * deviation);
  CHECK(value("contractive", encoded(x, w, 7)) == value("contractive", encoded(x, w, 7)));
}

// By hand: ((1 + 1 - 1 - 0) + (4 + e - 1 - 1)) / 2 over one sample; zero for the standard normal.
TEST_CASE("gaussian_kl by hand") {
  PenaltyBatch batch;
  batch.code = at::zeros({1, 2}, at::kDouble);
  batch.sides = {{"encoder.0.1.mean", tensor({1, 2}, {1, 2})},
                 {"encoder.0.1.log_variance", tensor({0, 1}, {1, 2})}};
  CHECK(value("gaussian_kl", batch) == doctest::Approx((1 + 2 + std::exp(1.0)) / 2).epsilon(1e-15));
  batch.sides = {{"encoder.0.1.mean", at::zeros({1, 2}, at::kDouble)},
                 {"encoder.0.1.log_variance", at::zeros({1, 2}, at::kDouble)}};
  CHECK(value("gaussian_kl", batch) == 0);
}

TEST_CASE("gaussian_kl says what it misses") {
  PenaltyBatch batch;
  batch.code = at::zeros({1, 2}, at::kDouble);
  std::string message;
  try {
    value("gaussian_kl", batch);
  } catch (const RunError& e) {
    message = e.what();
  }
  CHECK(message ==
        "gaussian_kl needs a layer that gives its code's mean and log_variance: gaussian_sample");
}
