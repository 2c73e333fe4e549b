#include "strata/core/penalty.hpp"

#include <cmath>

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

PenaltyBatch only(const Tensor& code) {
  return {code, {}, {}, {}, {}, {}};
}

}  // namespace

TEST_CASE("l1 is the sum over units of the mean absolute value") {
  on_each([](const at::TensorOptions& options) {
    const Tensor code = tensor({1, -2, 0.5, 3, 0, -1.5}, {2, 3}, options);
    CHECK(component<Penalty>("l1")->forward(only(code)).item<double>() == doctest::Approx(4));
  });
}

// Means 0.3 and 0.6, target 0.2:
//   0.2 ln(2/3) + 0.8 ln(8/7) = 0.02573210;  0.2 ln(1/3) + 0.8 ln 2 = 0.33479529.
TEST_CASE("kl_sparsity by hand") {
  on_each([](const at::TensorOptions& options) {
    const auto kl = component<Penalty>("{type: kl_sparsity, target: 0.2}");
    const Tensor code = tensor({0.1, 0.9, 0.5, 0.3}, {2, 2}, options);
    CHECK(kl->forward(only(code)).item<double>() == doctest::Approx(0.02573210 + 0.33479529));
    CHECK(kl->forward(only(tensor({0.1, 0.3}, {2, 1}, options))).item<double>() ==
          doctest::Approx(0).epsilon(1e-6));
    CHECK(std::isfinite(kl->forward(only(at::zeros({2, 3}, options))).item<double>()));
    CHECK(std::isfinite(kl->forward(only(at::ones({2, 3}, options))).item<double>()));
  });
}

TEST_CASE("the penalties' gradients agree with finite differences") {
  for (const char* yaml : {"l1", "{type: kl_sparsity, target: 0.1}"}) {
    CAPTURE(yaml);
    const auto penalty = component<Penalty>(yaml);
    Tensor code = tensor({0.1, 0.9, 0.5, 0.3, 0.7, 0.2, 0.4, 0.6}, {2, 2, 2});
    code.set_requires_grad(true);
    penalty->forward(only(code)).backward();
    for (int64_t i = 0; i < code.numel(); ++i) {
      const double h = 1e-6;
      const auto shifted = [&](double by) {
        Tensor moved = code.detach().clone();
        moved.view(-1)[i] += by;
        return penalty->forward(only(moved)).item<double>();
      };
      CHECK(code.grad().view(-1)[i].item<double>() ==
            doctest::Approx((shifted(h) - shifted(-h)) / (2 * h)).epsilon(1e-6));
    }
  }
}

TEST_CASE("kl_sparsity wants a code in [0, 1]") {
  const auto kl = component<Penalty>("kl_sparsity");
  CHECK(!kl->objection({0, 1}));
  CHECK(kl->objection({-1, 1}).value_or("") ==
        "kl_sparsity needs a code in [0, 1]; end the encoder in sigmoid, or use l1");
}
