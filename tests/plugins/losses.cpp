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

// numpy, from the formulas in the sources; l1 by hand: (0.2 + 0.1 + 0.25 + 0.1 + 0.1 + 0.3) / 6.
TEST_CASE("losses for reconstruction give their definitions' values") {
  on_each([](const at::TensorOptions& options) {
    const double eps = options.dtype() == at::kDouble ? 1e-14 : 1e-6;
    const Tensor y = tensor({0.2, 0.9, 0.5, 0.4, 0.1, 0.7}, {2, 3}, options);
    const Tensor t = tensor({0, 1, 0.25, 0.5, 0, 1}, {2, 3}, options);
    CHECK(value("l1", y, t) == doctest::Approx(0.175).epsilon(eps));
    CHECK(value("huber", y, t) == doctest::Approx(0.018541666666666668).epsilon(eps));
    CHECK(value("{type: huber, delta: 0.2}", y, t) == doctest::Approx(0.0175).epsilon(eps));
    CHECK(value("kl_divergence", y, t) == doctest::Approx(0.15696042662830986).epsilon(eps));
    CHECK(value("kl_divergence", t, t) == doctest::Approx(0));
  });
}

// numpy likewise, for labels 1 and 2.
TEST_CASE("smoothed labels, and focal, give their definitions' values") {
  on_each([](const at::TensorOptions& options) {
    const double eps = options.dtype() == at::kDouble ? 1e-14 : 1e-6;
    const Tensor z = tensor({1.5, -0.5, 0.25, 0.3, 0.2, -1}, {2, 3}, options);
    const Tensor labels = at::tensor({1, 2}, at::kLong).to(options.device());
    const Tensor logs = at::log_softmax(z, 1);
    CHECK(value("cross_entropy", z, labels) == doctest::Approx(2.215034613970441).epsilon(eps));
    CHECK(value("{type: cross_entropy, label_smoothing: 0.1}", z, labels) ==
          doctest::Approx(2.1275346139704405).epsilon(eps));
    CHECK(value("{type: nll, label_smoothing: 0.1}", logs, labels) ==
          doctest::Approx(2.1275346139704405).epsilon(eps));
    CHECK(value("focal", z, labels) == doctest::Approx(1.757991945955205).epsilon(eps));
    CHECK(value("focal", logs, labels) == doctest::Approx(1.757991945955205).epsilon(eps));
    CHECK(value("{type: focal, gamma: 0.5}", z, labels) ==
          doctest::Approx(2.0904685684655524).epsilon(eps));
    CHECK(value("{type: focal, gamma: 0}", z, labels) ==
          doctest::Approx(2.215034613970441).epsilon(eps));
  });
}

namespace {

/// The loss of two samples of classes 1 and 2 after a training set of these counts.
double weighted(const std::string& yaml, const std::vector<int64_t>& counts) {
  const auto loss = component<Loss>(yaml);
  loss->prepare({counts, {"cat", "dog", "eel"}, at::kDouble});
  const Tensor scores = tensor({1.5, -0.5, 0.25, 0.3, 0.2, -1}, {2, 3});
  return loss->forward(scores, at::tensor({1, 2}, at::kLong)).item<double>();
}

}  // namespace

// numpy: the mean over samples of the weight times the loss; dog counts 2, eel 0.5. Of counts 1, 4
// and 10, balanced makes 15 / (3 * 4) = 1.25 and 15 / (3 * 10) = 0.5.
TEST_CASE("classes weigh what is said, or what makes them count alike") {
  const char* named = "{type: cross_entropy, class_weights: {dog: 2, eel: 0.5}}";
  CHECK(weighted(named, {1, 1, 1}) == doctest::Approx(2.8714812048373215).epsilon(1e-14));
  CHECK(weighted("{type: focal, class_weights: {dog: 2, eel: 0.5}}", {1, 1, 1}) ==
        doctest::Approx(2.32314165959401).epsilon(1e-14));
  CHECK(weighted("{type: cross_entropy, class_weights: balanced}", {1, 4, 10}) ==
        doctest::Approx(
            weighted("{type: cross_entropy, class_weights: {dog: 1.25, eel: 0.5}}", {7, 8, 9}))
            .epsilon(1e-15));
  // A class without samples has no part in what counts alike: 14 / (2 * 4) and 14 / (2 * 10).
  CHECK(weighted("{type: cross_entropy, class_weights: balanced}", {0, 4, 10}) ==
        doctest::Approx(
            weighted("{type: cross_entropy, class_weights: {dog: 1.75, eel: 0.7}}", {7, 8, 9}))
            .epsilon(1e-15));
  CHECK(component<Loss>(named)->measure(Target::labels).key == "weighted_nll");
  CHECK(component<Loss>(named)->form().op == LossOp::opaque);
}

TEST_CASE("a class that is weighed must be one") {
  LossUse use{Target::labels, kFree, std::nullopt, {"cat", "dog"}};
  const auto objection = [&](const char* yaml) {
    return component<Loss>(yaml)->objection(use).value_or("none");
  };
  CHECK(objection("{type: cross_entropy, class_weights: {dog: 2}}") == "none");
  CHECK(objection("{type: focal, class_weights: {dgo: 2}}") ==
        "class_weights names 'dgo', which is no class; did you mean 'dog'? Known: cat, dog");
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
  CHECK(component<Loss>("{type: nll, label_smoothing: 0.1}")->measure(Target::labels).key ==
        "smoothed_nll");
  CHECK(component<Loss>("focal")->measure(Target::labels).key == "focal_2");
  CHECK(component<Loss>("l1")->measure(Target::codes).key == "code_absolute_error");
  CHECK(component<Loss>("huber")->measure(Target::pixels).key == "huber");
  CHECK(component<Loss>("{type: huber, delta: 0.2}")->measure(Target::codes).key ==
        "code_huber_0.2");
  CHECK(component<Loss>("kl_divergence")->measure(Target::pixels).key == "kl_divergence");
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
  CHECK(objection("focal", Target::pixels, kUnit) ==
        "focal needs labels, and this stage rebuilds its input; use mse or bce");
  CHECK(objection("l1", Target::labels, kLogs) ==
        "l1 compares images or codes, not labels; use nll or cross_entropy");
  CHECK(objection("huber", Target::labels, kLogs) ==
        "huber compares images or codes, not labels; use nll or cross_entropy");
  CHECK(objection("kl_divergence", Target::pixels, kFree) ==
        "kl_divergence needs outputs in [0, 1]; end the decoder in sigmoid, or use mse");
  CHECK(objection("kl_divergence", Target::codes, kUnit, kTanh) ==
        "kl_divergence needs targets in [0, 1], and these codes can leave it; use mse");
}
