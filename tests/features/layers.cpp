#include "strata/core/layer.hpp"

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Hands out parameters of numbers 0.1, 0.2 ..., or of one value, in the order asked for.
class Numbers final : public ParameterFactory {
 public:
  explicit Numbers(at::TensorOptions options, double value = 0)
      : options_(options), value_(value) {}
  Tensor parameter(const std::string& name, const Shape& shape, const Initializer&, int64_t fan_in,
                   int64_t fan_out) override {
    fans[name] = {fan_in, fan_out};
    const Tensor tensor = value_ == 0 ? at::arange(1, element_count(shape) + 1, options_).div_(10)
                                      : at::full(element_count(shape), value_, options_);
    return made[name] = tensor.view(shape).contiguous();
  }
  Tensor buffer(const std::string&, const Shape& shape, double value) override {
    return at::full(shape, value, options_);
  }
  std::map<std::string, Tensor> made;
  std::map<std::string, std::pair<int64_t, int64_t>> fans;

 private:
  at::TensorOptions options_;
  double value_;
};

std::string refusal(const std::string& yaml, const Shape& input) {
  try {
    component<Layer>(yaml)->configure(input, {});
  } catch (const LayerError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("conv2d by hand") {
  on_each([](const at::TensorOptions& options) {
    const auto conv = component<Layer>("{type: conv2d, channels: 1, kernel: 2, stride: 1}");
    CHECK(conv->configure({1, 3, 3}, {}) == Shape{1, 2, 2});
    Numbers numbers(options);  // weight 0.1 0.2 / 0.3 0.4, bias 0.1
    conv->build(numbers);
    const Tensor x = tensor({1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 1, 3, 3}, options);
    CHECK(max_difference(conv->forward(x, {}), tensor({3.8, 4.8, 6.8, 7.8}, {1, 1, 2, 2})) < 1e-6);
  });
}

TEST_CASE("conv_transpose2d by hand: each pixel spreads the window") {
  on_each([](const at::TensorOptions& options) {
    const auto layer = component<Layer>(
        "{type: conv_transpose2d, channels: 1, kernel: 2, stride: 2, bias: false}");
    CHECK(layer->configure({1, 1, 2}, {}) == Shape{1, 2, 4});
    Numbers numbers(options);
    layer->build(numbers);
    CHECK(numbers.made.count("bias") == 0);
    CHECK(max_difference(layer->forward(tensor({1, 10}, {1, 1, 1, 2}, options), {}),
                         tensor({0.1, 0.2, 1, 2, 0.3, 0.4, 3, 4}, {1, 1, 2, 4})) < 1e-6);
  });
}

TEST_CASE("fans count the inputs of an output and the outputs of an input") {
  Numbers numbers(at::kDouble);
  const auto conv = component<Layer>("{type: conv2d, channels: 8, kernel: 4, stride: 2}");
  conv->configure({3, 10, 10}, {});
  conv->build(numbers);
  CHECK(numbers.made["weight"].sizes().vec() == Shape{8, 3, 4, 4});
  CHECK(numbers.fans["weight"] == std::pair<int64_t, int64_t>{3 * 16, 8 * 4});
  const auto back = conv->mirror({});
  back->configure({8, 4, 4}, {});
  back->build(numbers);
  CHECK(numbers.made["weight"].sizes().vec() == Shape{8, 3, 4, 4});
  CHECK(numbers.fans["weight"] == std::pair<int64_t, int64_t>{8 * 4, 3 * 16});
}

TEST_CASE("a mirror rebuilds the shape, whatever the strides leave over") {
  const std::vector<std::string> layers{
      "{type: conv2d, channels: 3, kernel: 3, stride: 2, padding: 1}",
      "{type: conv2d, channels: 2, kernel: 5, stride: 3}",
      "{type: conv2d, channels: 1, kernel: 1, stride: 4}",
      "{type: conv_transpose2d, channels: 3, kernel: 3, stride: 2, output_padding: 1}",
      "{type: max_pool2d, size: 3, stride: 2}",
      "max_pool2d",
      "{type: upsample, scale: 3}",
      "flatten"};
  for (const std::string& yaml : layers)
    for (int64_t height = 5; height < 12; ++height) {
      CAPTURE(yaml);
      const Shape input{2, height, 17 - height};
      const auto layer = component<Layer>(yaml);
      const Shape code = layer->configure(input, {});
      const auto mirror = layer->mirror({});
      CHECK(mirror->configure(code, {}) == input);
      Numbers numbers(at::kDouble);
      mirror->build(numbers);
      const Tensor y = mirror->forward(at::rand(batch_shape(4, code), at::kDouble), {});
      CHECK(y.sizes().vec() == batch_shape(4, input));
    }
}

// The transposed convolution is the adjoint: <conv(x), y> = <x, mirror(y)>.
TEST_CASE("a tied mirror uses the convolution's own weight, transposed") {
  const auto conv = component<Layer>(
      "{type: conv2d, channels: 4, kernel: 3, stride: 2, padding: 1, bias: false}");
  const Shape input{2, 6, 7}, code = conv->configure(input, {});
  Numbers numbers(at::kDouble), none(at::kDouble);
  conv->build(numbers);
  const auto mirror = conv->mirror({true});
  mirror->configure(code, {});
  mirror->build(none);
  CHECK(none.made.empty());
  const Tensor x = at::rand(batch_shape(3, input), at::kDouble);
  const Tensor y = at::rand(batch_shape(3, code), at::kDouble);
  CHECK((conv->forward(x, {}) * y).sum().item<double>() ==
        doctest::Approx((x * mirror->forward(y, {})).sum().item<double>()).epsilon(1e-12));
}

TEST_CASE("pooling, enlarging and flattening by hand") {
  on_each([](const at::TensorOptions& options) {
    const Tensor x = tensor({1, 5, 2, 0, 3, 4, 8, 7}, {1, 1, 2, 4}, options);
    const auto pool = component<Layer>("max_pool2d");
    CHECK(pool->configure({1, 2, 4}, {}) == Shape{1, 1, 2});
    CHECK(max_difference(pool->forward(x, {}), tensor({5, 8}, {1, 1, 1, 2})) == 0);
    const auto enlarge = pool->mirror({});
    enlarge->configure({1, 1, 2}, {});
    CHECK(max_difference(enlarge->forward(tensor({5, 8}, {1, 1, 1, 2}, options), {}),
                         tensor({5, 5, 8, 8, 5, 5, 8, 8}, {1, 1, 2, 4})) == 0);
    const auto twice = component<Layer>("upsample");
    CHECK(twice->configure({1, 1, 2}, {}) == Shape{1, 2, 4});
    CHECK(max_difference(twice->forward(tensor({5, 8}, {1, 1, 1, 2}, options), {}),
                         tensor({5, 5, 8, 8, 5, 5, 8, 8}, {1, 1, 2, 4})) == 0);
    const auto mean = twice->mirror({});
    mean->configure({1, 2, 4}, {});
    CHECK(max_difference(mean->forward(x, {}), tensor({3.25, 4.25}, {1, 1, 1, 2})) < 1e-6);
    const auto flat = component<Layer>("flatten");
    CHECK(flat->configure({1, 2, 4}, {}) == Shape{8});
    CHECK(at::equal(flat->forward(x, {}), x.view({1, 8})));
  });
}

// 40,000 elements: four standard deviations of a share of 0.4 are 0.0098.
TEST_CASE("dropout drops its share, keeps the mean, and does nothing but while training") {
  on_each([](const at::TensorOptions& options) {
    const auto dropout = component<Layer>("{type: dropout, rate: 0.4}");
    const Tensor x = at::full({100, 400}, 0.6, options);
    CHECK(at::equal(dropout->forward(x, {}), x));
    ForwardContext context;
    context.training = true;
    context.layer = "encoder.0.1";
    context.samples = at::arange(100, options.dtype(at::kLong));
    const Tensor y = dropout->forward(x, context);
    const double dropped = (y == 0).to(at::kDouble).mean().item<double>();
    CHECK(std::abs(dropped - 0.4) < 0.0098);
    CHECK(max_difference(y, at::where(y == 0, y, at::full_like(y, 1))) < 1e-6);

    context.samples = at::arange(50, 100, options.dtype(at::kLong));  // by sample, not by batch
    CHECK(at::equal(dropout->forward(x.narrow(0, 50, 50), context), y.narrow(0, 50, 50)));
    context.samples = at::arange(100, options.dtype(at::kLong));
    context.layer = "encoder.0.3";
    CHECK(!at::equal(dropout->forward(x, context), y));
    context.layer = "encoder.0.1";
    context.epoch = 2;
    CHECK(!at::equal(dropout->forward(x, context), y));
  });
}

TEST_CASE("what does not fit is refused with what was expected") {
  CHECK(refusal("{type: conv2d, channels: 2}", {10}) ==
        "expected an input of channels x height x width, got 10");
  CHECK(refusal("{type: conv2d, channels: 2, kernel: 9, padding: 1}", {1, 6, 6}) ==
        "a kernel of 9 with padding 1 leaves nothing of an input of 1x6x6");
  CHECK(refusal("{type: conv_transpose2d, channels: 2, kernel: 2, padding: 4}", {1, 6, 6}) ==
        "a kernel of 2 with padding 4 leaves nothing of an input of 1x6x6");
  CHECK(refusal("{type: max_pool2d, size: 7}", {1, 6, 8}) ==
        "a window of 7 does not fit an input of 1x6x8");
  CHECK(refusal("upsample", {36}) == "expected an input of channels x height x width, got 36");
}
