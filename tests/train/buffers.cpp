// Tensors of a layer that are no parameters, and what it hands to penalties.
#include <ATen/core/grad_mode.h>

#include "strata/train/safetensors.hpp"
#include "train/small.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Passes its input on, and keeps a running mean of it, as batch normalization does.
class RunningMean final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("Made for a test."); }
  };
  explicit RunningMean(const Params&) {}
  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  void build(ParameterFactory& factory) override { mean_ = factory.buffer("mean", {}, 0.5); }
  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    context.give("mean", x.mean());
    const at::NoGradGuard no_grad;
    if (context.update_buffers) Tensor(mean_).mul_(0.9).add_(x.mean(), 0.1);
    return x;
  }

 private:
  Tensor mean_;
};
const Registration<Layer, RunningMean> registration_running_mean("running_mean");

/// What the layer handed out, the input and the norm of the encoder's parameters.
class SeesAll final : public Penalty {
 public:
  struct Params : PenaltyParams {
    static void declare(Declare<Params>& d) {
      d.doc("Made for a test.");
      declare_common(d);
    }
  };
  explicit SeesAll(const Params& params) : params_(params) {}
  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }
  Tensor forward(const PenaltyBatch& batch) const override {
    CHECK(batch.sides.size() == 1);
    CHECK(batch.output.sizes() == batch.input.sizes());
    CHECK(batch.parameters.size() == 2);
    CHECK(batch.parameters[0].name == "encoder.0.0.weight");
    return batch.sides.at("encoder.0.1.mean") + batch.parameters[0].value.square().sum() +
           0 * batch.code.sum();
  }

 private:
  Params params_;
};
const Registration<Penalty, SeesAll> registration_sees_all("sees_all");

Stack running_stack() {
  return make_stack({{"{type: linear, units: 5}", "running_mean", "tanh"}}, {1, 3, 4});
}

double mean_of(const Stack& stack) {
  const auto buffers = stack.buffers({"encoder.0"});
  REQUIRE(buffers.size() == 1);
  CHECK(buffers[0].name == "encoder.0.1.mean");
  return buffers[0].value.item().toDouble();
}

}  // namespace

TEST_CASE("A buffer is no parameter, and is among what is saved") {
  Stack stack = running_stack();
  CHECK(stack.block("encoder.0").parameters() == 65);
  build(stack, fit_options(at::kDouble, 5));
  CHECK(stack.parameters({"encoder.0"}).size() == 2);
  CHECK(mean_of(stack) == 0.5);
  const auto read = from_safetensors(to_safetensors(stack.tensors({"encoder.0"})), "weights");
  REQUIRE(read.size() == 3);
  CHECK(std::any_of(read.begin(), read.end(), [](const Parameter& p) {
    return p.name == "encoder.0.1.mean" && p.value.item().toDouble() == 0.5;
  }));
}

TEST_CASE("A buffer is written where its layer trains, and only there") {
  const DeviceData data = make_data(24, 20, at::kDouble);
  const FitOptions options = fit_options(at::kDouble, 5);
  const auto trained = [&](const std::function<void(StageSpec&)>& change) {
    Stack stack = running_stack();
    build(stack, options);
    StageSpec spec = stages_of("greedy", 1, "{type: sgd, lr: 0.1}", 3)[0];
    change(spec);
    train(stack, spec, data, options);
    return mean_of(stack);
  };
  const double all = trained([](StageSpec&) {});
  CHECK(all != 0.5);
  CHECK(trained([](StageSpec&) {}) == all);
  CHECK(trained([](StageSpec& s) { s.freeze = {"encoder.0.1"}; }) == 0.5);
  CHECK(trained([](StageSpec& s) { s.freeze = {"encoder.0"}; }) == 0.5);
  CHECK(trained([](StageSpec& s) { s.freeze = {"encoder.0.0"}; }) != 0.5);
  CHECK(trained([](StageSpec& s) { s.trains = {"decoder.0"}; }) == 0.5);
}

TEST_CASE("The best epoch's buffers are kept with its parameters") {
  DeviceData data = make_data(24, 20, at::kDouble);
  data.validation.samples = data.test.samples;
  const FitOptions options = fit_options(at::kDouble, 5);
  const auto trained = [&](int64_t epochs, bool keep_best) {
    Stack stack = running_stack();
    build(stack, options);
    StageSpec spec = stages_of("greedy", 1, "{type: sgd, lr: 30}", epochs)[0];  // soon too far
    spec.keep = keep_best ? "best" : "last";
    const StageResult result = train(stack, spec, data, options);
    return std::make_pair(result.kept, mean_of(stack));
  };
  const auto [kept, mean] = trained(6, true);
  REQUIRE(kept < 5);
  CHECK(trained(static_cast<int64_t>(kept) + 1, false).second == mean);
}

TEST_CASE("A penalty sees what a layer hands out, input, output and parameters") {
  const DeviceData data = make_data(24, 20, at::kDouble);
  const FitOptions options = fit_options(at::kDouble, 20);
  Stack stack = running_stack();
  build(stack, options);
  StageSpec spec = stages_of("greedy", 1, "{type: sgd, lr: 0.001}", 1)[0];
  spec.penalties = {slot<Penalty>("{type: sees_all, weight: 0.1}")};
  const double squares = copies(stack, {"encoder.0"})[0].square().sum().item<double>();
  const Tensor x = data.train.pixels.to(at::kDouble).narrow(0, 0, 20) / 255;
  const auto p = stack.parameters({"encoder.0"});
  const double mean = at::addmm(p[1].value, x, p[0].value.t()).mean().item<double>();
  const StageResult result = train(stack, spec, data, options);
  CHECK(result.epochs[0].terms.at("sees_all").get<double>() == doctest::Approx(squares + mean));
}
