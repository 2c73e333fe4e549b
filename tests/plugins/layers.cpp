#include "strata/core/layer.hpp"

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Gives out the tensors that a test holds, in the order in which they are asked for.
class Given final : public ParameterFactory {
 public:
  explicit Given(std::vector<Tensor> values, at::TensorOptions place = at::kDouble)
      : values_(std::move(values)), place_(place) {}
  Tensor parameter(const std::string& name, const Shape& shape, const Initializer&, int64_t fan_in,
                   int64_t fan_out) override {
    asked.push_back(fmt::format("{} {} {} {}", name, shape_text(shape), fan_in, fan_out));
    return asked.size() <= values_.size() ? values_[asked.size() - 1] : Tensor();
  }
  Tensor buffer(const std::string& name, const Shape& shape, double value) override {
    return buffers[name] = at::full(shape, value, place_);
  }
  std::vector<std::string> asked;
  std::map<std::string, Tensor> buffers;

 private:
  std::vector<Tensor> values_;
  at::TensorOptions place_;
};

Tensor pass(const std::string& yaml, const Tensor& x) {
  const auto layer = component<Layer>(yaml);
  Shape shape = x.sizes().vec();
  shape.erase(shape.begin());
  CHECK(layer->configure(shape, {}) == shape);
  return layer->forward(x, {});
}

double tolerance(const at::TensorOptions& options) {
  return options.dtype() == at::kDouble ? 1e-15 : 1e-7;
}

std::string layer_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const LayerError& e) {
    return e.what();
  }
  return "no LayerError";
}

}  // namespace

// Values printed by PyTorch 1.13 (float64).
TEST_CASE("activations give PyTorch's values") {
  on_each([](const at::TensorOptions& options) {
    const Tensor x = tensor({-2, -0.5, 0, 0.5, 2}, {5, 1}, options);
    CHECK(max_difference(pass("tanh", x), tensor({-0.9640275800758169, -0.46211715726000974, 0,
                                                  0.46211715726000974, 0.9640275800758169},
                                                 {5, 1})) < tolerance(options));
    CHECK(max_difference(pass("sigmoid", x), tensor({0.11920292202211755, 0.3775406687981454, 0.5,
                                                     0.6224593312018546, 0.8807970779778823},
                                                    {5, 1})) < tolerance(options));
    CHECK(max_difference(pass("relu", x), tensor({0, 0, 0, 0.5, 2}, {5, 1})) == 0);
    const Tensor z = tensor({1.5, -0.5, 0.25, 100, 0, -100}, {2, 3}, options);
    CHECK(max_difference(pass("log_softmax", z), tensor({-0.3519518638028018, -2.351951863802802,
                                                         -1.6019518638028019, 0, -100, -200},
                                                        {2, 3})) < 3 * tolerance(options));
  });
}

// By their definitions, with Python's math module; selu's constants are those of its paper.
TEST_CASE("activations that are no layer of the lecture give their definitions' values") {
  on_each([](const at::TensorOptions& options) {
    const double eps = 8 * tolerance(options);
    const Tensor x = tensor({-2, -0.5, 0, 0.5, 2}, {5, 1}, options);
    const auto check = [&](const std::string& yaml, const std::vector<double>& expected) {
      CAPTURE(yaml);
      CHECK(max_difference(pass(yaml, x), tensor(expected, {5, 1})) < eps);
    };
    check("leaky_relu", {-0.02, -0.005, 0, 0.5, 2});
    check("{type: leaky_relu, slope: 0.25}", {-0.5, -0.125, 0, 0.5, 2});
    check("elu", {-0.8646647167633873, -0.3934693402873666, 0, 0.5, 2});
    check("{type: elu, alpha: 2}", {-1.7293294335267746, -0.7869386805747332, 0, 0.5, 2});
    check("selu",
          {-1.520166468595695, -0.6917581878028713, 0, 0.5253504936777402, 2.101401974710961});
    check("gelu",
          {-0.04550026389635842, -0.15426876936299344, 0, 0.34573123063700656, 1.9544997361036416});
    check("silu",
          {-0.2384058440442351, -0.1887703343990727, 0, 0.3112296656009273, 1.7615941559557649});
    check("softplus", {0.1269280110429725, 0.4740769841801067, 0.6931471805599453,
                       0.9740769841801067, 2.1269280110429727});
    check("hard_tanh", {-1, -0.5, 0, 0.5, 1});
    CHECK(max_difference(
              pass("softmax", tensor({1.5, -0.5, 0.25, 100, 0, -100}, {2, 3}, options)),
              tensor({0.703313976021774, 0.09518319614917502, 0.20150282782905096, 1, 0, 0},
                     {2, 3})) < eps);
  });
}

TEST_CASE("log_softmax is over all elements of a sample, whatever its shape") {
  const Tensor x = tensor({1, 2, 3, 4}, {1, 2, 2});
  const Tensor y = pass("log_softmax", x);
  CHECK(y.sizes() == x.sizes());
  CHECK(max_difference(y.flatten(), pass("log_softmax", x.view({1, 4})).flatten()) == 0);
  CHECK(y.exp().sum().item<double>() == doctest::Approx(1).epsilon(1e-14));
}

TEST_CASE("ranges are those of the functions") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(component<Layer>("tanh")->range() == Range{-1, 1});
  CHECK(component<Layer>("sigmoid")->range() == Range{0, 1});
  CHECK(component<Layer>("relu")->range() == Range{0, inf});
  CHECK(component<Layer>("log_softmax")->range() == Range{-inf, 0});
  CHECK(component<Layer>("{type: linear, units: 1}")->range() == Range{-inf, inf});
}

// y = x W^T + b by hand: W = [[1, 2, 3], [-1, 0, 0.5]], b = [10, 20].
TEST_CASE("linear is x W^T + b") {
  on_each([](const at::TensorOptions& options) {
    const auto layer = component<Layer>("{type: linear, units: 2}");
    CHECK(layer->configure({3}, {}) == Shape{2});
    Given given({tensor({1, 2, 3, -1, 0, 0.5}, {2, 3}, options), tensor({10, 20}, {2}, options)});
    layer->build(given);
    CHECK(given.asked == std::vector<std::string>{"weight 2x3 3 2", "bias 2 3 2"});
    const Tensor y = layer->forward(tensor({1, 1, 1, 0, -2, 4}, {2, 3}, options), {});
    CHECK(max_difference(y, tensor({16, 19.5, 18, 22}, {2, 2})) == 0);
  });
}

TEST_CASE("linear without bias asks for a weight alone") {
  const auto layer = component<Layer>("{type: linear, units: 1, bias: false}");
  layer->configure({2}, {});
  Given given({tensor({3, 4}, {1, 2})});
  layer->build(given);
  CHECK(given.asked == std::vector<std::string>{"weight 1x2 2 1"});
  CHECK(layer->forward(tensor({1, 1}, {1, 2}), {}).item<double>() == 7);
}

TEST_CASE("linear flattens its input, and its mirror restores it") {
  const auto layer = component<Layer>("{type: linear, units: 2}");
  CHECK(layer->configure({1, 2, 3}, {}) == Shape{2});
  const auto mirror = layer->mirror({});
  REQUIRE(mirror != nullptr);
  CHECK(mirror->configure({2}, {}) == Shape{1, 2, 3});
  Given given(
      {tensor({1, 0, 0, 1, 1, 1, 2, 0, 0, 2, 2, 2}, {6, 2}), tensor({0, 0, 0, 0, 0, 1}, {6})});
  mirror->build(given);
  CHECK(given.asked == std::vector<std::string>{"weight 6x2 2 6", "bias 6 2 6"});
  const Tensor y = mirror->forward(tensor({5, 7}, {1, 2}), {});
  CHECK(y.sizes().vec() == std::vector<int64_t>{1, 1, 2, 3});
  CHECK(max_difference(y.flatten(), tensor({5, 7, 12, 10, 14, 25}, {6})) == 0);
}

TEST_CASE("linear takes its units from the classes in a head, and nowhere else") {
  LayerContext head;
  head.classes = 10;
  CHECK(component<Layer>("linear")->configure({5}, head) == Shape{10});
  CHECK(component<Layer>("{type: linear, units: 4}")->configure({5}, head) == Shape{4});
  CHECK(layer_error([] { component<Layer>("linear")->configure({5}, {}); }) ==
        "units is missing (only a classifier's last layer knows how many it needs)");
}

TEST_CASE("log_softmax has no mirror; activations need none") {
  CHECK(layer_error([] { (void)component<Layer>("log_softmax")->mirror({}); }) ==
        "log_softmax cannot be mirrored; write the decoder out under 'decoder'");
  for (const char* name : {"tanh", "sigmoid", "relu"})
    CHECK(component<Layer>(name)->mirror({}) == nullptr);
}

TEST_CASE("softmax is over all elements of a sample, and has no mirror") {
  const Tensor y = pass("softmax", tensor({1, 2, 3, 4}, {1, 2, 2}));
  CHECK(y.sum().item<double>() == doctest::Approx(1).epsilon(1e-14));
  CHECK(layer_error([] { (void)component<Layer>("softmax")->mirror({}); }) ==
        "softmax cannot be mirrored; write the decoder out under 'decoder'");
}

TEST_CASE("avg_pool2d takes means of windows") {
  const auto layer = component<Layer>("{type: avg_pool2d, size: 2, stride: 1}");
  CHECK(layer->configure({1, 2, 3}, {}) == Shape{1, 1, 2});
  const Tensor y = layer->forward(tensor({1, 2, 3, 4, 5, 9}, {1, 1, 2, 3}), {});
  CHECK(max_difference(y.flatten(), tensor({3, 4.75}, {2})) == 0);
  CHECK(layer_error([&] {
          layer->configure({1, 1, 3}, {});
        }) == "a window of 2 does not fit an input of 1x1x3");
}

TEST_CASE("reshape keeps the elements' order, and its mirror restores the shape") {
  const auto layer = component<Layer>("{type: reshape, shape: [3, 2]}");
  CHECK(layer->configure({1, 2, 3}, {}) == Shape{3, 2});
  const Tensor x = tensor({1, 2, 3, 4, 5, 6}, {1, 1, 2, 3});
  CHECK(at::equal(layer->forward(x, {}), x.view({1, 3, 2})));
  const auto mirror = layer->mirror({});
  CHECK(mirror->configure({3, 2}, {}) == Shape{1, 2, 3});
  CHECK(mirror->written_out() == Json{{"type", "reshape"}, {"shape", {1, 2, 3}}});
  CHECK(layer_error([&] { layer->configure({7}, {}); }) ==
        "shape has 6 elements (3x2), and the input has 7 (7)");
}

namespace {

/// Of a batch in training, whose buffers may be written.
ForwardContext training() {
  ForwardContext context;
  context.training = context.update_buffers = true;
  return context;
}

}  // namespace

// Feature 0 is 1, 3, 5: mean 3, variance 8 / 3 (unbiased 4); feature 1 is 10, 10, 10. With weight 2
// and bias 1; eps 1/3 makes the deviations sqrt(3) and sqrt(1/3).
TEST_CASE("batch_norm takes the batch's mean and variance in training, the running ones after") {
  on_each([](const at::TensorOptions& options) {
    const double eps = 10 * tolerance(options);
    const auto layer =
        component<Layer>("{type: batch_norm, momentum: 0.25, eps: 0.3333333333333333}");
    CHECK(layer->configure({2}, {}) == Shape{2});
    Given given({tensor({2, 2}, {2}, options), tensor({1, 1}, {2}, options)}, options);
    layer->build(given);
    CHECK(given.asked == std::vector<std::string>{"weight 2 1 1", "bias 2 1 1"});
    const Tensor x = tensor({1, 10, 3, 10, 5, 10}, {3, 2}, options);
    const double s = 4 / std::sqrt(3.0);
    CHECK(max_difference(layer->forward(x, training()),
                         tensor({1 - s, 1, 1, 1, 1 + s, 1}, {3, 2})) < eps);
    // Means 0 -> 3/4 and 10/4, variances 1 -> 3/4 + 4/4 and 3/4.
    CHECK(max_difference(given.buffers.at("running_mean"), tensor({0.75, 2.5}, {2})) < eps);
    CHECK(max_difference(given.buffers.at("running_variance"), tensor({1.75, 0.75}, {2})) < eps);
    const double first = 2 / std::sqrt(1.75 + 1.0 / 3), second = 2 / std::sqrt(0.75 + 1.0 / 3);
    CHECK(max_difference(layer->forward(tensor({1, 10}, {1, 2}, options), {}),
                         tensor({1 + 0.25 * first, 1 + 7.5 * second}, {1, 2})) < 4 * eps);
  });
}

TEST_CASE("batch_norm of images goes by channel, and a layer that is frozen keeps its statistics") {
  const auto layer = component<Layer>("batch_norm");
  layer->configure({2, 1, 2}, {});
  Given given({tensor({1, 1}, {2}), tensor({0, 0}, {2})});
  layer->build(given);
  ForwardContext frozen = training();
  frozen.update_buffers = false;
  const Tensor x = tensor({1, 3, 10, 10, 5, 7, 10, 14}, {2, 2, 1, 2});
  const Tensor y = layer->forward(x, frozen);
  CHECK(max_difference(y.mean(at::IntArrayRef({0, 2, 3})), at::zeros({2}, at::kDouble)) < 1e-15);
  CHECK(y[0][0][0][0].item<double>() == doctest::Approx(-3 / std::sqrt(5 + 1e-5)).epsilon(1e-14));
  CHECK(max_difference(given.buffers.at("running_mean"), at::zeros({2}, at::kDouble)) == 0);
  layer->forward(x, training());
  CHECK(max_difference(given.buffers.at("running_mean"), tensor({0.4, 1.1}, {2})) < 1e-15);
}

// 1, 2, 3, 6: mean 3, variance 3.5.
TEST_CASE("layer_norm takes each sample's own mean and variance") {
  const auto layer = component<Layer>("{type: layer_norm, eps: 0.5}");
  layer->configure({4}, {});
  Given given({tensor({1, 1, 2, 1}, {4}), tensor({0, 0, 0, 5}, {4})});
  layer->build(given);
  const Tensor x = tensor({1, 2, 3, 6, 7, 7, 7, 7}, {2, 4});
  CHECK(max_difference(layer->forward(x, training()),
                       tensor({-1, -0.5, 0, 6.5, 0, 0, 0, 5}, {2, 4})) < 4e-15);
}

TEST_CASE("residual adds its input to what its chain makes of it") {
  const auto layer = component<Layer>(
      "{type: residual, layers: [{type: linear, units: 1, bias: false}, relu, {type: linear, "
      "units: "
      "2, bias: false}]}");
  CHECK(layer->configure({2}, {}) == Shape{2});
  Given given({tensor({1, -1}, {1, 2}), tensor({10, 20}, {2, 1})});
  layer->build(given);
  CHECK(given.asked == std::vector<std::string>{"0.weight 1x2 2 1", "2.weight 2x1 1 2"});
  const Tensor y = layer->forward(tensor({5, 2, 2, 5}, {2, 2}), {});
  CHECK(max_difference(y, tensor({35, 62, 2, 5}, {2, 2})) == 0);
}

TEST_CASE("a residual's mirror is its chain backwards, each activation where its values come") {
  const auto layer = component<Layer>(
      "{type: residual, layers: [{type: linear, units: 3}, tanh, batch_norm, {type: linear, units: "
      "2}, relu]}");
  layer->configure({2}, {});
  const auto mirror = layer->mirror({});
  CHECK(mirror->configure({2}, {}) == Shape{2});
  std::string types;
  const Json written = mirror->written_out();
  for (const Json& inner : written.at("layers")) types += inner["type"].get<std::string>() + " ";
  CHECK(types == "linear linear ");  // what batch_norm gave is no tanh's
  const auto plain = component<Layer>(
      "{type: residual, layers: [{type: linear, units: 3}, tanh, {type: linear, units: 2}]}");
  plain->configure({2}, {});
  CHECK(plain->mirror({})->written_out()["layers"][1] == Json{{"type", "tanh"}});
}

TEST_CASE("residual says which of its layers does not fit") {
  CHECK(layer_error([] {
          component<Layer>("{type: residual, layers: [{type: linear, units: 3}]}")
              ->configure({2}, {});
        }) == "its layers make 3 of 2, and the two are added: expected one shape");
  CHECK(layer_error([] {
          component<Layer>("{type: residual, layers: [tanh, max_pool2d]}")->configure({2}, {});
        }) == "layers[1] (max_pool2d): expected an input of channels x height x width, got 2");
}

TEST_CASE("gaussian_sample draws in training, and gives means and log-variances") {
  const auto layer = component<Layer>("gaussian_sample");
  CHECK(layer->configure({4}, {}) == Shape{2});
  CHECK(layer_error([&] { component<Layer>("gaussian_sample")->configure({3}, {}); }) ==
        "expected as many log-variances as means, got 3 numbers");
  const Tensor x = tensor({1, -2, std::log(4.0), -100}, {1, 4}).expand({20000, 4}).contiguous();
  CHECK(max_difference(layer->forward(x, {}), x.narrow(1, 0, 2)) == 0);
  std::map<std::string, Tensor> sides;
  ForwardContext context = training();
  context.layer = "encoder.0.1";
  context.sides = &sides;
  const Tensor y = layer->forward(x, context);
  CHECK(at::equal(sides.at("encoder.0.1.mean"), x.narrow(1, 0, 2)));
  CHECK(at::equal(sides.at("encoder.0.1.log_variance"), x.narrow(1, 2, 2)));
  // Of 20000 draws of deviation 2: means within 5 standard errors.
  const Tensor mean = y.mean(0), deviation = (y - mean).square().mean(0).sqrt();
  CHECK(std::abs(mean[0].item<double>() - 1) < 5 * 2 / std::sqrt(20000.0));
  CHECK(std::abs(deviation[0].item<double>() - 2) < 5 * 2 / std::sqrt(40000.0));
  CHECK(std::abs(mean[1].item<double>() + 2) < 1e-12);
}
