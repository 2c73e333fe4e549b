#include "strata/core/optimizer.hpp"

#include <cstring>

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

using Rows = std::vector<std::vector<double>>;

const std::vector<double> kStart{1, -2, 0.5};
const Rows kGradients{{0.5, -1, 0.25}, {0.1, 0.2, -0.3}, {-0.4, 0, 1}, {2, -3, 0.001}};

Tensor rate_of(const Optimizer& optimizer, const at::TensorOptions& options) {
  return at::full({}, optimizer.common().lr, options);
}

void step(Optimizer& optimizer, const Tensor& w, const std::vector<double>& gradient,
          const at::TensorOptions& options) {
  w.mutable_grad() = tensor(gradient, {3}, options);
  optimizer.step(rate_of(optimizer, options));
}

/// The parameter after each of the four steps against the values given.
void check_steps(const std::string& yaml, const Rows& expected) {
  on_each([&](const at::TensorOptions& options) {
    const auto optimizer = component<Optimizer>(yaml);
    const Tensor w = tensor(kStart, {3}, options).set_requires_grad(true);
    optimizer->start({{"w", w}});
    for (size_t i = 0; i < expected.size(); ++i) {
      step(*optimizer, w, kGradients[i], options);
      CAPTURE(i);
      CHECK(max_difference(w, tensor(expected[i], {3})) <
            (options.dtype() == at::kDouble ? 4e-15 : 1e-6));
    }
  });
}

}  // namespace

// All tables of steps: PyTorch 1.13, torch.optim.SGD and Adam in float64, printed after each step;
// the first rows are easily checked by hand (1 - 0.1 * 0.5 = 0.95).
TEST_CASE("sgd steps as PyTorch's") {
  check_steps("{type: sgd, lr: 0.1}", {{0.95, -1.9, 0.475},
                                       {0.94, -1.92, 0.505},
                                       {0.98, -1.92, 0.405},
                                       {0.78, -1.6199999999999999, 0.40490000000000004}});
  check_steps("{type: sgd, lr: 0.1, weight_decay: 0.01}",
              {{0.949, -1.898, 0.4745},
               {0.938051, -1.916102, 0.5040255},
               {0.977112949, -1.914185898, 0.40352147450000003},
               {0.776135836051, -1.612271712102, 0.40301795302550003}});
}

TEST_CASE("sgd with momentum steps as PyTorch's") {
  check_steps("{type: sgd, lr: 0.1, momentum: 0.9}",
              {{0.95, -1.9, 0.475},
               {0.8949999999999999, -1.8299999999999998, 0.4825},
               {0.8855, -1.767, 0.38925},
               {0.6769499999999999, -1.4102999999999999, 0.30522499999999997}});
  check_steps("{type: sgd, lr: 0.1, momentum: 0.9, nesterov: true}",
              {{0.905, -1.81, 0.4525},
               {0.8455, -1.7670000000000001, 0.48925},
               {0.87695, -1.7103000000000002, 0.305325},
               {0.48925499999999994, -1.0892700000000002, 0.22960250000000001}});
  check_steps("{type: sgd, lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.01}",
              {{0.9031, -1.8062, 0.45155},
               {0.84107411, -1.75814822, 0.487037055},
               {0.869465558191, -1.695186716382, 0.30145642909549997},
               {0.4781228437013371, -1.0668828417626741, 0.2241094319156685}});
}

TEST_CASE("adam steps as PyTorch's") {
  check_steps("{type: adam, lr: 0.05}",
              {{0.950000001, -1.9500000005, 0.4500000019999999},
               {0.9098479531923259, -1.9244486969952472, 0.4571472382738735},
               {0.9051629831791058, -1.904697465392085, 0.4294004305368703},
               {0.8763368234748583, -1.8719826189784765, 0.4066448620059828}});
  check_steps("{type: adam, lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 1.0e-3, weight_decay: 0.1}",
              {{0.9500831946755408, -1.9500416319733556, 0.45016611295681064},
               {0.9077058895994115, -1.9184075772434843, 0.4516588124286242},
               {0.8959159838544403, -1.8898334165412145, 0.4195361139670194},
               {0.8620820307318702, -1.8517192000655247, 0.3934186875144518}});
}

TEST_CASE("updates are in place, and the gradient is left alone") {
  for (const char* yaml : {"{type: sgd, lr: 0.1, momentum: 0.9, weight_decay: 0.1}", "adam"}) {
    const auto optimizer = component<Optimizer>(yaml);
    const Tensor w = tensor(kStart, {3}).set_requires_grad(true);
    const void* place = w.data_ptr();
    optimizer->start({{"w", w}});
    step(*optimizer, w, kGradients[0], at::kDouble);
    CHECK(w.data_ptr() == place);
    CHECK(w.requires_grad());
    CHECK(max_difference(w.grad(), tensor(kGradients[0], {3})) == 0);
    CHECK(max_difference(w, tensor(kStart, {3})) > 0);
  }
}

TEST_CASE("a parameter without a gradient stays as it is") {
  for (const char* yaml : {"{type: sgd, lr: 0.1, momentum: 0.9, weight_decay: 0.1}", "adam"}) {
    const auto optimizer = component<Optimizer>(yaml);
    const Tensor still = tensor(kStart, {3}), w = tensor(kStart, {3});
    optimizer->start({{"still", still}, {"w", w}});
    step(*optimizer, w, kGradients[0], at::kDouble);
    CHECK(max_difference(still, tensor(kStart, {3})) == 0);
    CHECK(max_difference(w, tensor(kStart, {3})) > 0);
  }
}

// Two steps, the state copied into a fresh optimizer, two more: the bits of four steps at once.
TEST_CASE("the state, saved and copied back, goes on bit for bit") {
  on_each([](const at::TensorOptions& options) {
    for (const char* yaml : {"{type: sgd, lr: 0.1, momentum: 0.9, nesterov: true}", "adam"}) {
      const auto whole = component<Optimizer>(yaml), first = component<Optimizer>(yaml),
                 second = component<Optimizer>(yaml);
      const Tensor a = tensor(kStart, {3}, options), b = tensor(kStart, {3}, options);
      whole->start({{"w", a}});
      first->start({{"w", b}});
      for (size_t i = 0; i < 4; ++i) step(*whole, a, kGradients[i], options);
      for (size_t i = 0; i < 2; ++i) step(*first, b, kGradients[i], options);
      second->start({{"w", b}});
      const std::vector<Parameter> saved = first->state(), fresh = second->state();
      REQUIRE(saved.size() == fresh.size());
      REQUIRE_FALSE(saved.empty());
      for (size_t i = 0; i < saved.size(); ++i) {
        CHECK(saved[i].name == fresh[i].name);
        CHECK(saved[i].name.rfind("w.", 0) == 0);
        Tensor(fresh[i].value).copy_(saved[i].value);
      }
      for (size_t i = 2; i < 4; ++i) step(*second, b, kGradients[i], options);
      CHECK(at::equal(a, b));
    }
  });
}

TEST_CASE("rates are those of the settings, and PyTorch's where nothing is said of adam") {
  CHECK(component<Optimizer>("{type: sgd, lr: 0.98}")->common().lr == 0.98);
  CHECK(component<Optimizer>("adam")->common().lr == 0.001);
}
