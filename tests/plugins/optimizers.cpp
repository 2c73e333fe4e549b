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

// The tables that follow: numpy, from the algorithms that the sources cite.
TEST_CASE("adamw steps as its paper says") {
  check_steps("{type: adamw, lr: 0.05}",
              {{0.9495000010000001, -1.9490000005, 0.4497500019999999},
               {0.9088732031918261, -1.9224741969949974, 0.4566723632728735},
               {0.9037337965770101, -1.9017617282933377, 0.42869721935423394},
               {0.8744557699744742, -1.8680960010155827, 0.4057273022136693}});
  check_steps("{type: adamw, lr: 0.05, beta1: 0.8, beta2: 0.95, eps: 1.0e-3, weight_decay: 0.1}",
              {{0.9450998003992016, -1.94004995004995, 0.447699203187251},
               {0.9014984524194412, -1.9069915003983782, 0.4554609266146704},
               {0.8969909601573439, -1.8803564228734022, 0.42343411715271995},
               {0.8613417873226791, -1.8358775673681471, 0.39827489417778983}});
}

TEST_CASE("rmsprop steps as its lecture says") {
  check_steps("{type: rmsprop, lr: 0.01}",
              {{0.900000019999996, -1.900000009999999, 0.40000003999998407},
               {0.8802934383202046, -1.9197065936215374, 0.47698005613885275},
               {0.9423910822237127, -1.9197065936215374, 0.38374402434144916},
               {0.847161366940225, -1.824883311398684, 0.38365031864493243}});
  check_steps("{type: rmsprop, lr: 0.01, rho: 0.9, momentum: 0.5, eps: 1.0e-3, weight_decay: 0.1}",
              {{0.9685430162598789, -1.9684603377062169, 0.4687070797405096},
               {0.9425327999183591, -1.952777873710538, 0.47390342372853983},
               {0.9443749080865055, -1.939326261801478, 0.44669286345487974},
               {0.9149972556703023, -1.9025631696162848, 0.4317190267717893}});
}

TEST_CASE("adagrad steps as its paper says") {
  check_steps("{type: adagrad, lr: 0.1}",
              {{0.90000000002, -1.90000000001, 0.40000000004},
               {0.8803883865100278, -1.9196116135218952, 0.47682212798006546},
               {0.9421097264853407, -1.9196116135218952, 0.3836728414222178},
               {0.8469794276589668, -1.824932453060213, 0.38357969217607174}});
  check_steps("{type: adagrad, lr: 0.1, weight_decay: 0.1}",
              {{0.9000000000166667, -1.9000000000083332, 0.40000000003333336},
               {0.8698108295517826, -1.9008333044078494, 0.4654930538581406},
               {0.9143427656406231, -1.8851886212111486, 0.3719939437324663},
               {0.8195531005435751, -1.7917430546876347, 0.3685831810691121}});
}

TEST_CASE("lion steps as its paper says") {
  check_steps("{type: lion, lr: 0.1}",
              {{0.9, -1.9, 0.4}, {0.8, -2, 0.5}, {0.9, -1.9, 0.4}, {0.8, -1.8, 0.3}});
  check_steps("{type: lion, lr: 0.1, beta1: 0.5, beta2: 0.5, weight_decay: 0.5}",
              {{0.85, -1.8, 0.375},
               {0.7075, -1.61, 0.45625},
               {0.772125, -1.4295, 0.3334375},
               {0.63351875, -1.258025, 0.216765625}});
}

// Momentum 0 in epoch 1 (times 0), 0.5 in epoch 2, by hand: gradients 1 give steps of 1, then 1.5;
// and what would reach 1 stays below.
TEST_CASE("momentum follows its schedule") {
  for (const auto& [yaml, steps] : std::initializer_list<std::pair<const char*, Rows>>{
           {"{type: sgd, lr: 1, momentum: 0.5, momentum_schedule: {type: piecewise, epochs: [0, "
            "1], "
            "factors: [0, 1]}}",
            {{1}, {1.5}, {1.75}}},
           {"{type: sgd, lr: 1, momentum: 0.5, momentum_schedule: {type: piecewise, epochs: [1], "
            "factors: [9]}}",
            {{1}, {1.999}, {2.997001}}}}) {
    CAPTURE(yaml);
    const auto optimizer = component<Optimizer>(yaml);
    CHECK(optimizer->form().op == OptimizerOp::opaque);
    CHECK_FALSE(optimizer->uses_length());
    const Tensor w = at::zeros({1}, at::kDouble).set_requires_grad(true);
    optimizer->start({{"w", w}});
    double before = 0;
    for (size_t epoch = 0; epoch < steps.size(); ++epoch) {
      w.mutable_grad() = at::ones({1}, at::kDouble);
      optimizer->begin_step({static_cast<int64_t>(epoch), 0, 1, 3});
      optimizer->step(at::ones({}, at::kDouble));
      CHECK(before - w.item<double>() == doctest::Approx(steps[epoch][0]).epsilon(1e-14));
      before = w.item<double>();
    }
  }
  CHECK(component<Optimizer>("{type: rmsprop, momentum: 0.5, momentum_schedule: cosine}")
            ->uses_length());
}

// One step with a gradient of zero moves a parameter by its decay alone: rate 0.1 times decay 0.5.
TEST_CASE("weight decay leaves biases out where that is asked for") {
  const auto moved = [](const std::string& yaml, Shape shape) {
    const auto optimizer = component<Optimizer>(yaml);
    const Tensor w = at::ones(shape, at::kDouble).set_requires_grad(true);
    optimizer->start({{"w", w}});
    w.mutable_grad() = at::zeros(shape, at::kDouble);
    optimizer->step(at::full({}, 0.1, at::kDouble));
    return 1 - w.view(-1)[0].item<double>();
  };
  for (const char* type : {"sgd", "adam", "adamw", "rmsprop", "adagrad", "lion"}) {
    CAPTURE(type);
    const std::string all = fmt::format("{{type: {}, weight_decay: 0.5}}", type);
    const std::string weights =
        fmt::format("{{type: {}, weight_decay: 0.5, decay_weights_only: true}}", type);
    CHECK(moved(all, {3}) > 0.04);
    CHECK(moved(all, {3, 1}) == moved(all, {3}));
    CHECK(moved(weights, {3}) == 0);
    CHECK(moved(weights, {3, 1}) == moved(all, {3}));
  }
  CHECK(moved("{type: adamw, weight_decay: 0.5}", {3}) == doctest::Approx(0.05).epsilon(1e-12));
}

// An engine that has one number for all parameters is not told of them.
TEST_CASE("decay of some parameters is not in an optimizer's form") {
  for (const char* type : {"sgd", "adam"}) {
    const auto form = [&](const char* rest) {
      return component<Optimizer>(fmt::format("{{type: {}{}}}", type, rest))->form().op;
    };
    CHECK(form("") != OptimizerOp::opaque);
    CHECK(form(", decay_weights_only: true") != OptimizerOp::opaque);
    CHECK(form(", weight_decay: 0.1, decay_weights_only: true") == OptimizerOp::opaque);
  }
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
