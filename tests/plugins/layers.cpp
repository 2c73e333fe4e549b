#include "strata/core/layer.hpp"

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Gives out the tensors that a test holds, in the order in which they are asked for.
class Given final : public ParameterFactory {
 public:
  explicit Given(std::vector<Tensor> values) : values_(std::move(values)) {}
  Tensor parameter(const std::string& name, const Shape& shape, const Initializer&, int64_t fan_in,
                   int64_t fan_out) override {
    asked.push_back(fmt::format("{} {} {} {}", name, shape_text(shape), fan_in, fan_out));
    return asked.size() <= values_.size() ? values_[asked.size() - 1] : Tensor();
  }
  Tensor buffer(const std::string&, const Shape& shape, double value) override {
    return at::full(shape, value);
  }
  std::vector<std::string> asked;

 private:
  std::vector<Tensor> values_;
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
