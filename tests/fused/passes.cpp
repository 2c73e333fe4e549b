#include "strata/fused/passes.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "strata/core/tensor.hpp"
#include "strata/fused/threads.hpp"

namespace strata {
namespace {

constexpr int64_t kRows = 137, kColumns = 301;  // no multiple of any vector

/// Numbers in (0, 1) without order, the same each time.
Tensor unit(int64_t rows, int64_t columns, double step) {
  return at::arange(rows * columns, at::kDouble)
      .mul_(step)
      .sin_()
      .mul_(0.49)
      .add_(0.5)
      .view({rows, columns});
}

double* data(const Tensor& t) {
  return t.data_ptr<double>();
}

double apart(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

/// What autograd makes of loss(activation(z)) at z, and the outputs there.
struct Reference {
  Tensor outputs, gradient;
  double loss;
};
template <class Activation, class Loss>
Reference reference(Activation activation, Loss loss) {
  const Tensor z = unit(kRows, kColumns, 0.37).sub_(0.3).mul_(2).set_requires_grad(true);
  const Tensor y = activation(z), value = loss(y);
  value.backward();
  return {y.detach(), z.grad(), value.item<double>()};
}

Tensor activated(Pointwise pointwise, const Tensor& z) {
  return pointwise == Pointwise::tanh      ? at::tanh(z)
         : pointwise == Pointwise::sigmoid ? at::sigmoid(z)
         : pointwise == Pointwise::relu    ? at::relu(z)
                                           : z * 1;
}

constexpr Pointwise kAll[]{Pointwise::none, Pointwise::tanh, Pointwise::sigmoid, Pointwise::relu};

TEST_CASE("a loss's pass makes value, delta and bias gradient as autograd does") {
  Counts counts;
  Passes<double, double> passes(counts);
  const Tensor target = unit(kRows, kColumns, 0.61);
  for (const ElementLoss loss : {ElementLoss::squared_error, ElementLoss::binary_cross_entropy})
    for (const Pointwise last : kAll) {
      const bool bce = loss == ElementLoss::binary_cross_entropy;
      if (bce && last != Pointwise::sigmoid) continue;  // outputs in (0, 1)
      const Reference expected =
          reference([&](const Tensor& z) { return activated(last, z); },
                    [&](const Tensor& y) {
                      return bce ? at::binary_cross_entropy(y, target) : at::mse_loss(y, target);
                    });
      const Tensor delta = at::empty({kRows, kColumns}, at::kDouble);
      const Tensor sums = at::ones({kColumns}, at::kDouble);
      const double n = kRows * kColumns;
      const double value = passes.element_loss(loss, last, kRows, kColumns, data(expected.outputs),
                                               data(target), 1 / n, data(delta), data(sums), true);
      CHECK(value / n == doctest::Approx(expected.loss).epsilon(1e-13));
      CHECK(apart(delta, expected.gradient) < 1e-16);
      CHECK(apart(sums, expected.gradient.sum(0).add_(1)) < 1e-14);
      CHECK(passes.element_loss(loss, last, kRows, kColumns, data(expected.outputs), data(target),
                                0, nullptr, nullptr,
                                false) == doctest::Approx(value).epsilon(1e-13));
    }
}

TEST_CASE("binary cross-entropy at 0 and 1 is cut off as LibTorch cuts it") {
  Counts counts;
  Passes<double, double> passes(counts);
  const Tensor y = at::tensor({0.0, 1.0, 0.0, 1.0}, at::kDouble);
  const Tensor t = at::tensor({1.0, 0.0, 0.0, 1.0}, at::kDouble);
  CHECK(passes.element_loss(ElementLoss::binary_cross_entropy, Pointwise::sigmoid, 1, 4, data(y),
                            data(t), 0, nullptr, nullptr, false) == doctest::Approx(200));
}

TEST_CASE("the pass of labels makes log-probabilities, loss and delta as autograd does") {
  Counts counts;
  Passes<double, double> passes(counts);
  const int64_t classes = 11;
  Tensor scores = unit(kRows, classes, 0.83).mul_(20).set_requires_grad(true);
  const Tensor labels = at::arange(kRows, at::kLong).remainder(classes);
  const Tensor log_p = at::log_softmax(scores, 1), loss = at::nll_loss(log_p, labels);
  loss.backward();
  for (const bool normalize : {false, true}) {
    const Tensor y = scores.detach().clone(), delta = at::empty_like(y);
    const Tensor sums = at::empty({classes}, at::kDouble);
    const double value =
        passes.label_loss(Pointwise::none, normalize, kRows, classes, data(y),
                          labels.data_ptr<int64_t>(), 1.0 / kRows, data(delta), data(sums), false);
    CHECK(value / kRows == doctest::Approx(loss.item<double>()).epsilon(1e-13));
    CHECK(apart(delta, scores.grad()) < 1e-15);
    CHECK(apart(sums, scores.grad().sum(0)) < 1e-14);
    CHECK(apart(y, normalize ? log_p.detach() : scores.detach()) < 1e-13);
  }
}

TEST_CASE("a delta goes through an activation with what penalties add") {
  Counts counts;
  Passes<double, double> passes(counts);
  const Tensor upper = unit(kRows, kColumns, 0.91), weight = unit(1, kColumns, 0.2).flatten();
  for (const Pointwise activation : kAll)
    for (const double sign : {0.0, 0.25}) {
      const bool penalized = sign > 0;
      const Reference expected = reference(
          [&](const Tensor& z) { return activated(activation, z); },
          [&](const Tensor& a) {
            const Tensor loss = (a * upper).sum();
            return penalized ? loss + (a.sum(0) * weight).sum() + a.abs().sum() * sign : loss;
          });
      const Tensor delta = upper.clone(), sums = at::empty({kColumns}, at::kDouble);
      passes.through_activation(activation, {penalized ? data(weight) : nullptr, sign}, kRows,
                                kColumns, data(expected.outputs), data(delta), data(delta),
                                data(sums), false);
      CHECK(apart(delta, expected.gradient) < 1e-14);
      CHECK(apart(sums, expected.gradient.sum(0)) < 1e-12);
    }
}

TEST_CASE("a code's absolute sum and its units' means") {
  Counts counts;
  Passes<double, double> passes(counts);
  const Tensor code = unit(kRows, kColumns, 0.71).sub_(0.4);
  const Tensor means = at::empty({kColumns}, at::kDouble);
  CHECK(passes.code_sums(kRows, kColumns, data(code), data(means)) ==
        doctest::Approx(code.abs().sum().item<double>()).epsilon(1e-13));
  CHECK(apart(means, code.mean(0)) < 1e-15);
}

TEST_CASE("rectify is max(x, 0), and keeps what is no number") {
  Counts counts;
  Passes<float, BFloat16> passes(counts);
  std::vector<float> x{-1, 0, 2, NAN, INFINITY, -INFINITY};
  std::vector<BFloat16> narrow(x.begin(), x.end());
  passes.rectify(x.data(), 1, 6);
  passes.rectify(narrow.data(), 1, 6);
  for (const auto& of : {x, std::vector<float>(narrow.begin(), narrow.end())}) {
    CHECK(of[0] == 0);
    CHECK(of[1] == 0);
    CHECK(of[2] == 2);
    CHECK(std::isnan(of[3]));
    CHECK(of[4] == INFINITY);
    CHECK(of[5] == 0);
  }
}

TEST_CASE("no bit of a pass depends on the number of threads") {
  const Tensor y = unit(1000, 501, 0.37).to(at::kFloat), t = unit(1000, 501, 0.61).to(at::kFloat);
  std::vector<Tensor> deltas, sums;
  std::vector<double> losses;
  for (const int threads : {1, 2, 5}) {
    const EngineThreads limit(threads);
    Counts counts;
    Passes<float, float> passes(counts);
    deltas.push_back(at::empty_like(y));
    sums.push_back(at::empty({501}, at::kFloat));
    losses.push_back(passes.element_loss(ElementLoss::squared_error, Pointwise::sigmoid, 1000, 501,
                                         y.data_ptr<float>(), t.data_ptr<float>(), 0.1F,
                                         deltas.back().data_ptr<float>(),
                                         sums.back().data_ptr<float>(), false));
    CHECK(counts.passes == 1);
    CHECK(counts.regions == (threads > 1 ? 1 : 0));
  }
  for (const size_t i : {1U, 2U}) {
    CHECK(losses[i] == losses[0]);
    CHECK(at::equal(deltas[i], deltas[0]));
    CHECK(at::equal(sums[i], sums[0]));
  }
}

TEST_CASE("a batch is gathered as images or as codes, for the arithmetic and for products") {
  Counts counts;
  Passes<float, BFloat16> passes(counts);
  const std::vector<uint8_t> bytes{0, 51, 255, 102, 153, 204};
  const std::vector<int64_t> index{2, 0};
  std::vector<float> out(4);
  std::vector<BFloat16> factors(4);
  passes.gather_images(bytes.data(), index.data(), 2, 2, out.data(), factors.data());
  CHECK(out == std::vector<float>{153 / 255.0F, 204 / 255.0F, 0, 51 / 255.0F});
  CHECK(static_cast<float>(factors[0]) == static_cast<float>(BFloat16(153 / 255.0F)));
  const std::vector<float> codes{1, 2, 3, 4};
  const std::vector<int64_t> row_of{1, 9, 0};
  passes.gather_rows(codes.data(), row_of.data(), index.data(), 2, 2, out.data(), nullptr);
  CHECK(out == std::vector<float>{1, 2, 3, 4});
}

}  // namespace
}  // namespace strata
