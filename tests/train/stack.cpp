#include "strata/train/stack.hpp"

#include "train/small.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// "linear 3 -> 4, tanh 4 -> 4"
std::string text(const Block& block) {
  std::string all;
  for (const PlacedLayer& layer : block.layers)
    all += fmt::format("{}{} {} -> {}", all.empty() ? "" : ", ", layer.type,
                       shape_text(layer.input), shape_text(layer.output));
  return all;
}

/// Its mirror is a layer of another kind that says no name.
class Lopsided final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("Undone by a layer without a name."); }
  };
  explicit Lopsided(const Params&) {}
  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return x; }
  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    class Unnamed final : public Layer {
      Role role() const override { return Role::passthrough; }
      Shape configure(const Shape& input, const LayerContext&) override { return input; }
      Tensor forward(const Tensor& x, const ForwardContext&) const override { return x; }
    };
    return std::make_shared<Unnamed>();
  }
};
STRATA_REGISTER(Layer, Lopsided, "lopsided");

const std::string kLinear4 = "{type: linear, units: 4}", kLinear3 = "{type: linear, units: 3}";

}  // namespace

TEST_CASE("the classes are known at the end of a head alone") {
  const Stack stack = make_stack({{"{type: linear, units: 8}", "tanh"}}, {1, 3, 4},
                                 {"{type: linear, units: 5}", "relu", "linear", "log_softmax"}, 7);
  CHECK(stack.block("head").output == Shape{7});
  CHECK_THROWS_WITH_AS(
      make_stack({{"{type: linear, units: 8}", "tanh"}}, {1, 3, 4}, {"linear", "relu", "linear"}),
      "units is missing (only a classifier's last layer knows how many it needs)", LayerError);
}

TEST_CASE("a code made by tanh is rebuilt by tanh, pixels by sigmoid") {
  const Stack stack = make_stack({{kLinear4, "tanh"}, {kLinear3, "tanh"}}, {1, 2, 3});
  CHECK(text(stack.block("encoder.0")) == "linear 1x2x3 -> 4, tanh 4 -> 4");
  CHECK(text(stack.block("encoder.1")) == "linear 4 -> 3, tanh 3 -> 3");
  CHECK(text(stack.block("decoder.1")) == "linear 3 -> 4, tanh 4 -> 4");
  CHECK(text(stack.block("decoder.0")) == "linear 4 -> 1x2x3, sigmoid 1x2x3 -> 1x2x3");
  CHECK(stack.block("decoder.1").output_range == Range{-1, 1});
  CHECK(stack.block("decoder.0").output_range == Range{0, 1});
}

TEST_CASE("each decoder ends in the activation that made what it rebuilds") {
  const Stack mixed =
      make_stack({{kLinear4, "relu"}, {kLinear3, "sigmoid"}, {kLinear4, "tanh"}}, {6});
  CHECK(text(mixed.block("decoder.2")) == "linear 4 -> 3, sigmoid 3 -> 3");
  CHECK(text(mixed.block("decoder.1")) == "linear 3 -> 4, relu 4 -> 4");
  CHECK(text(mixed.block("decoder.0")) == "linear 4 -> 6, sigmoid 6 -> 6");
}

TEST_CASE("a code of free values is rebuilt without an activation") {
  const Stack stack = make_stack({{kLinear4}, {kLinear3}}, {6});
  CHECK(text(stack.block("decoder.1")) == "linear 3 -> 4");
  CHECK(text(stack.block("decoder.0")) == "linear 4 -> 6, sigmoid 6 -> 6");
}

TEST_CASE("a pair of several layers is undone in reverse") {
  const Stack stack =
      make_stack({{"{type: linear, units: 5}", "relu", kLinear3, "tanh"}, {kLinear4}}, {6});
  CHECK(text(stack.block("decoder.0")) ==
        "linear 3 -> 5, relu 5 -> 5, linear 5 -> 6, sigmoid 6 -> 6");
  CHECK(text(stack.block("decoder.1")) == "linear 4 -> 3, tanh 3 -> 3");
}

TEST_CASE("a mirror is called what it is") {
  const Stack stack = make_stack(
      {{"{type: conv2d, channels: 2, padding: 1}", "relu", "max_pool2d", "flatten", "lopsided"}},
      {1, 4, 4});
  CHECK(text(stack.block("decoder.0")) ==
        "mirror of lopsided 8 -> 8, reshape 8 -> 2x2x2, upsample 2x2x2 -> 2x4x4, "
        "conv_transpose2d 2x4x4 -> 1x4x4, sigmoid 1x4x4 -> 1x4x4");
  const Stack other =
      make_stack({{"upsample", "{type: conv_transpose2d, channels: 1}"}}, {1, 2, 2});
  CHECK(text(other.block("decoder.0")) ==
        "conv2d 1x6x6 -> 1x4x4, sigmoid 1x4x4 -> 1x4x4, avg_pool2d 1x4x4 -> 1x2x2");
}

TEST_CASE("a mirror keeps the bias and the initializers of its layer") {
  Stack stack =
      make_stack({{"{type: linear, units: 4, bias: false, weight_init: zeros}", "tanh"}}, {6});
  stack.build(0, at::kDouble, at::kCPU);
  const auto decoder = stack.parameters({"decoder.0"});
  REQUIRE(decoder.size() == 1);
  CHECK(decoder[0].name == "decoder.0.0.weight");
  CHECK(decoder[0].value.abs().sum().item<double>() == 0);
}

// 6 * 4 + 4, 4 * 3 + 3, 4 * 6 + 6, 3 * 4 + 4, 3 * 3 + 3.
TEST_CASE("parameters are counted and named by their place") {
  Stack stack =
      make_stack({{kLinear4, "tanh"}, {kLinear3, "tanh"}}, {6}, {"linear", "log_softmax"});
  const std::vector<std::pair<std::string, int64_t>> counts{
      {"encoder.0", 28}, {"encoder.1", 15}, {"decoder.0", 30}, {"decoder.1", 16}, {"head", 12}};
  for (const auto& [name, count] : counts) CHECK(stack.block(name).parameters() == count);
  CHECK(stack.parameters({"encoder.0"}).empty());  // nothing is allocated before build()
  stack.build(0, at::kFloat, at::kCPU);
  std::vector<std::string> names;
  for (const Parameter& p : stack.parameters({"head", "encoder.1"})) {
    names.push_back(p.name);
    CHECK(p.value.dtype() == at::kFloat);
  }
  CHECK(names == std::vector<std::string>{"head.0.weight", "head.0.bias", "encoder.1.0.weight",
                                          "encoder.1.0.bias"});
}

TEST_CASE("an eleventh pair is not taken for the first") {
  Stack stack = make_stack(std::vector<std::vector<std::string>>(11, {kLinear4, "tanh"}), {4});
  stack.build(0, at::kDouble, at::kCPU);
  CHECK(stack.parameters({"encoder.1"}).size() == 2);
}

TEST_CASE("a parameter's start depends on seed and name, and on nothing else") {
  on_each([](const at::TensorOptions& options) {
    const auto start = [&](Stack stack, uint64_t seed, const at::TensorOptions& place) {
      stack.build(seed, c10::typeMetaToScalarType(place.dtype()), place.device());
      return copies(stack, {"encoder.0"});
    };
    const auto one = start(make_stack({{kLinear4, "tanh"}}, {6}), 1, options);
    CHECK(same_bits(
        one,
        start(make_stack({{kLinear4, "tanh"}, {kLinear3, "tanh"}}, {6}, {"linear"}), 1, options)));
    CHECK_FALSE(same_bits(one, start(make_stack({{kLinear4, "tanh"}}, {6}), 2, options)));
    const auto exact = start(make_stack({{kLinear4, "tanh"}}, {6}), 1, at::kDouble);
    for (size_t i = 0; i < one.size(); ++i)  // the same number, rounded to the dtype
      CHECK(at::equal(one[i], exact[i].to(options)));
  });
}

TEST_CASE("forward goes through the blocks in the order given") {
  on_each([](const at::TensorOptions& options) {
    Stack stack = make_stack({{kLinear4, "tanh"}}, {6});
    build(stack, fit_options(options, 1));
    const auto p = stack.parameters({"encoder.0", "decoder.0"});
    const Tensor x = at::arange(12, options).view({2, 6}) / 12;
    const Tensor code = at::tanh(at::addmm(p[1].value, x, p[0].value.t()));
    const Tensor y = at::sigmoid(at::addmm(p[3].value, code, p[2].value.t()));
    const double eps = options.dtype() == at::kDouble ? 1e-15 : 1e-6;
    CHECK(max_difference(stack.forward({"encoder.0"}, x, {}), code) < eps);
    CHECK(max_difference(stack.forward({"encoder.0", "decoder.0"}, x, {}), y) < eps);
  });
}

TEST_CASE("the layer that does not fit is told by its index") {
  Stack stack;
  size_t failed = 99;
  CHECK_THROWS_AS(stack.add("encoder.0", layers({kLinear4, "tanh", "linear", "tanh"}), {6}, {0, 1},
                            {}, &failed),
                  LayerError);
  CHECK(failed == 2);
}

TEST_CASE("an unknown block is named") {
  const Stack stack = make_stack({{kLinear4, "tanh"}}, {6});
  CHECK(stack.has("decoder.0"));
  CHECK_FALSE(stack.has("decoder.1"));
  CHECK_THROWS_WITH_AS((void)stack.block("decoder.1"), "the stack has no block 'decoder.1'",
                       RunError);
}
