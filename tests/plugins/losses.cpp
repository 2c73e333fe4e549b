#include "strata/core/loss.hpp"

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const double kInf = std::numeric_limits<double>::infinity();
const Range kUnit{0, 1}, kTanh{-1, 1}, kFree{}, kLogs{-kInf, 0};

double value(const std::string& yaml, const Tensor& output, const Tensor& target) {
  const Tensor loss = component<Loss>(yaml)->forward(output, target);
  CHECK(loss.dim() == 0);
  return loss.item<double>();
}

std::string objection(const std::string& yaml, Target target, Range output, Range range = kUnit) {
  return component<Loss>(yaml)->objection({target, output, range}).value_or("none");
}

}  // namespace

// Values printed by PyTorch 1.13 in float64; mse by hand: (0.04 + 0.01 + 0.0625 + 0.01 + 0.01 +
// 0.09) / 6.
TEST_CASE("losses give PyTorch's values") {
  on_each([](const at::TensorOptions& options) {
    const double eps = options.dtype() == at::kDouble ? 1e-14 : 1e-6;
    const Tensor y = tensor({0.2, 0.9, 0.5, 0.4, 0.1, 0.7}, {2, 3}, options);
    const Tensor t = tensor({0, 1, 0.25, 0.5, 0, 1}, {2, 3}, options);
    CHECK(value("mse", y, t) == doctest::Approx(0.037083333333333336).epsilon(eps));
    CHECK(value("bce", y, t) == doctest::Approx(0.36620748082476884).epsilon(eps));
    const Tensor labels = at::tensor({1, 2}, at::kLong).to(options.device());
    const Tensor z = tensor({1.5, -0.5, 0.25, 100, 0, -100}, {2, 3}, options);
    CHECK(value("cross_entropy", z, labels) == doctest::Approx(101.1759759319014).epsilon(eps));
    CHECK(value("nll", at::log_softmax(z, 1), labels) ==
          doctest::Approx(101.1759759319014).epsilon(eps));
  });
}

TEST_CASE("nll is minus the mean of the labels' log-probabilities") {
  const Tensor labels = at::tensor({2, 0, 1}, at::kLong);
  const Tensor y = tensor({-1, -2, -3, -4, -5, -6, -7, -8, -9}, {3, 3});
  CHECK(value("nll", y, labels) == doctest::Approx((3.0 + 4 + 8) / 3).epsilon(1e-15));
}

// Its logarithms are cut off at -100, so that a certain mistake stays a number: (100 + 0 + log 2)
// / 3.
TEST_CASE("bce stays finite where the output is certain and wrong") {
  CHECK(value("bce", tensor({0, 1, 0.5}, {1, 3}), tensor({1, 1, 0}, {1, 3})) ==
        doctest::Approx(33.564382393519985).epsilon(1e-14));
}

TEST_CASE("losses are recorded under the name of what they measure") {
  CHECK(component<Loss>("mse")->measure(Target::pixels).key == "reconstruction_error");
  CHECK(component<Loss>("mse")->measure(Target::codes).key == "code_error");
  CHECK(component<Loss>("bce")->measure(Target::codes).key == "code_bce");
  CHECK(component<Loss>("bce")->measure(Target::pixels).key == "bce");
  CHECK(component<Loss>("nll")->measure(Target::labels).key == "nll");
  CHECK(component<Loss>("cross_entropy")->measure(Target::labels).key == "nll");
}

TEST_CASE("losses accept what they can judge") {
  CHECK(objection("mse", Target::pixels, kFree) == "none");
  CHECK(objection("mse", Target::codes, kTanh, kTanh) == "none");
  CHECK(objection("bce", Target::pixels, kUnit) == "none");
  CHECK(objection("bce", Target::codes, kUnit, kUnit) == "none");
  CHECK(objection("nll", Target::labels, kLogs) == "none");
  CHECK(objection("cross_entropy", Target::labels, kFree) == "none");
  CHECK(objection("cross_entropy", Target::labels, kUnit) == "none");
}

TEST_CASE("losses say why they do not suit") {
  CHECK(objection("mse", Target::labels, kLogs) ==
        "mse compares images or codes, not labels; use nll or cross_entropy");
  CHECK(objection("bce", Target::labels, kLogs) ==
        "bce compares images or codes, not labels; use nll or cross_entropy");
  CHECK(objection("bce", Target::codes, kUnit, kTanh) ==
        "bce needs targets in [0, 1], and these codes can leave it; use mse");
  CHECK(objection("bce", Target::pixels, kTanh) ==
        "bce needs outputs in [0, 1]; end the decoder in sigmoid, or use mse");
  CHECK(objection("bce", Target::pixels, kFree) ==
        "bce needs outputs in [0, 1]; end the decoder in sigmoid, or use mse");
  CHECK(objection("nll", Target::pixels, kUnit) ==
        "nll needs labels, and this stage rebuilds its input; use mse or bce");
  CHECK(objection("nll", Target::labels, kFree) ==
        "nll needs log-probabilities; end the head in log_softmax, or use cross_entropy");
  CHECK(objection("cross_entropy", Target::codes, kTanh, kTanh) ==
        "cross_entropy needs labels, and this stage rebuilds its input; use mse or bce");
  CHECK(objection("cross_entropy", Target::labels, kLogs) ==
        "cross_entropy takes the softmax itself; drop log_softmax from the head, or use nll");
}
