#include "strata/train/trainer.hpp"

#include "strata/core/batches.hpp"
#include "train/small.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const std::vector<std::vector<std::string>> kPairs{{"{type: linear, units: 5}", "tanh"},
                                                   {"{type: linear, units: 4}", "tanh"}};
const std::vector<std::string> kHead{"linear", "log_softmax"};
const std::vector<std::string> kAll{"encoder.0", "encoder.1", "decoder.0", "decoder.1", "head"};
const Shape kSample{1, 3, 4};
constexpr const char* kStill = "{type: sgd, lr: 1.0e-300}";  // too small to move any weight

/// What is written to the log while a stage is fitted.
class Log final : public Observer {
 public:
  std::vector<std::string> lines;
  std::function<void()> at_step = [] {};

  void stage_started(const StageSpec& spec) override { lines.push_back("stage " + spec.name); }
  void step_done(const StageSpec&, int64_t epoch, int64_t done, int64_t samples) override {
    lines.push_back(fmt::format("epoch {}: {} of {}", epoch, done, samples));
    at_step();
  }
  void epoch_done(const StageSpec&, const EpochResult& epoch) override {
    lines.push_back(fmt::format("epoch {} done", epoch.epoch));
  }
};

double test_loss(const StageResult& result, const char* name) {
  return result.epochs.back().metrics["test"][name].get<double>();
}

bool any_gradients(const Stack& stack) {
  for (const Parameter& p : stack.parameters(kAll))
    if (p.value.requires_grad() || p.value.grad().defined()) return true;
  return false;
}

}  // namespace

// With weights that stand still, the epoch's loss is that of the whole training set, however it is
// cut into batches: 23 samples are 5 batches of 4 and one of 3.
TEST_CASE("an epoch's loss is the mean over samples, the short last batch included") {
  on_each([](const at::TensorOptions& options) {
    const DeviceData data = make_data(30, 23, options);
    const double eps = options.dtype() == at::kDouble ? 1e-14 : 1e-6;
    Stack stack = make_stack(kPairs, kSample, kHead);
    build(stack, fit_options(options, 4));
    const StageSpec spec = stages_of("end_to_end", 2, kStill, 2)[0];
    const Tensor images = gather_images(data.train.pixels, data.train.samples, kSample,
                                        c10::typeMetaToScalarType(options.dtype()));
    const double expected =
        at::mse_loss(stack.forward(spec.blocks, images, {}), images).item<double>();
    for (const int64_t batch : {4, 7, 23, 100}) {
      const StageResult result = train(stack, spec, data, fit_options(options, batch));
      REQUIRE(result.epochs.size() == 2);
      for (const EpochResult& epoch : result.epochs) {
        CHECK(epoch.loss == doctest::Approx(expected).epsilon(eps));
        CHECK(epoch.terms == Json{{"reconstruction_error", epoch.loss}});
        CHECK(epoch.metrics["validation"] == Json::object());
      }
    }
  });
}

TEST_CASE("the observer hears of every step and epoch") {
  Stack stack = make_stack(kPairs, kSample);
  build(stack, fit_options(at::kDouble, 4));
  StageResult result{stages_of("end_to_end", 2, kStill, 2)[0], false, {}};
  Log log;
  fit(stack, result.spec, make_data(12, 9, at::kDouble), fit_options(at::kDouble, 4), log, result);
  CHECK(log.lines == std::vector<std::string>{"stage pretrain", "epoch 1: 4 of 9",
                                              "epoch 1: 8 of 9", "epoch 1: 9 of 9", "epoch 1 done",
                                              "epoch 2: 4 of 9", "epoch 2: 8 of 9",
                                              "epoch 2: 9 of 9", "epoch 2 done"});
  CHECK(result.measured);
  CHECK(result.epochs[1].epoch == 2);
  CHECK(result.epochs[1].learning_rate == 1e-300);
}

TEST_CASE("evaluation is over all samples, in batches that do not show") {
  const DeviceData data = make_data(2703, 200, at::kDouble);
  Stack stack = make_stack(kPairs, kSample, kHead);
  build(stack, fit_options(at::kDouble, 100));
  const StageSpec spec = classify_stage(2, kStill, 1);
  const StageResult result = train(stack, spec, data, fit_options(at::kDouble, 100));
  const Tensor x = gather_images(data.test.pixels, data.test.samples, kSample, at::kDouble);
  const Tensor y = stack.forward(spec.blocks, x, {});
  const Tensor truth = data.test.labels.index_select(0, data.test.samples);
  REQUIRE(truth.numel() == 2503);
  const double right = y.argmax(1).eq(truth).sum().item<double>();
  CHECK(test_loss(result, "accuracy") == right / 2503);
  CHECK(test_loss(result, "nll") ==
        doctest::Approx(at::nll_loss(y, truth).item<double>()).epsilon(1e-14));
}

TEST_CASE("a validation split is measured beside the test split") {
  DeviceData data = make_data(30, 20, at::kDouble);
  data.validation.samples = data.test.samples.narrow(0, 0, 4);
  Stack stack = make_stack(kPairs, kSample, kHead);
  build(stack, fit_options(at::kDouble, 5));
  const StageResult result =
      train(stack, classify_stage(2, "{type: sgd, lr: 0.1}", 1), data, fit_options(at::kDouble, 5));
  DeviceData only = data;
  only.test = data.validation;
  const Json again =
      evaluate(stack, {result.spec.blocks, Target::labels, component<Loss>("nll"), {}}, only,
               only.test, fit_options(at::kDouble, 5));
  CHECK(result.epochs[0].metrics["validation"]["nll"] == again["nll"]);
  CHECK(result.epochs[0].metrics["test"]["nll"] != again["nll"]);
}

TEST_CASE("greedy, train new: what is frozen, and what is not there yet, stays bit for bit") {
  on_each([](const at::TensorOptions& options) {
    Stack stack = make_stack(kPairs, kSample, kHead);
    build(stack, fit_options(options, 4));
    const auto stages = stages_of("{type: greedy, train: new}", 2, "{type: sgd, lr: 0.5}", 2);
    const DeviceData data = make_data(30, 23, options);
    const std::vector<std::string> first{"encoder.0", "decoder.0"},
        second{"encoder.1", "decoder.1"};
    auto first_before = copies(stack, first), second_before = copies(stack, second);
    train(stack, stages[0], data, fit_options(options, 4));
    CHECK_FALSE(same_bits(copies(stack, first), first_before));
    CHECK(same_bits(copies(stack, second), second_before));
    first_before = copies(stack, first);
    train(stack, stages[1], data, fit_options(options, 4));
    CHECK(same_bits(copies(stack, first), first_before));
    CHECK_FALSE(same_bits(copies(stack, second), second_before));
  });
}

namespace {

/// Passes on what it is given, and counts the samples.
class CountingLayer final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("Counts the samples that pass."); }
  };
  explicit CountingLayer(const Params&) {}

  Role role() const override { return Role::transform; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    passed += x.size(0);
    return x;
  }

  static inline int64_t passed = 0;
};

STRATA_REGISTER(Layer, CountingLayer, "counting");

}  // namespace

TEST_CASE("a frozen prefix sees each sample once, however many epochs there are") {
  on_each([](const at::TensorOptions& options) {
    Stack stack = make_stack(
        {{"{type: linear, units: 5}", "tanh", "counting"}, {"{type: linear, units: 3}", "tanh"}},
        kSample);
    build(stack, fit_options(options, 4));
    const auto stages = stages_of("{type: greedy, train: new}", 2, "{type: sgd, lr: 0.5}", 5);
    CountingLayer::passed = 0;
    const StageResult result =
        train(stack, stages[1], make_data(30, 23, options), fit_options(options, 4));
    CHECK(result.epochs.size() == 5);
    CHECK(CountingLayer::passed == 30);  // 23 for training, 7 for testing
  });
}

TEST_CASE("figures taken while training are those of the training set") {
  on_each([](const at::TensorOptions& options) {
    Stack stack = make_stack(kPairs, kSample, kHead);
    build(stack, fit_options(options, 5));
    const DeviceData data = make_data(30, 23, options);
    // A rate that moves nothing: the epoch's outputs are those of the parameters that it leaves.
    const StageResult result =
        train(stack, classify_stage(2, "{type: sgd, lr: 1e-30}", 1), data, fit_options(options, 5));
    const Json again = evaluate(stack,
                                {result.spec.blocks,
                                 Target::labels,
                                 component<Loss>("nll"),
                                 {make_metric(slot<Metric>("accuracy"))}},
                                data, data.train, fit_options(options, 5));
    const Json& taken = result.epochs[0].metrics["train"];
    CHECK(taken.size() == 2);
    CHECK(taken["accuracy"] == again["accuracy"]);
    CHECK(taken["nll"].get<double>() == doctest::Approx(again["nll"].get<double>()).epsilon(1e-6));
    CHECK(taken["nll"] == result.epochs[0].loss);
  });
}

// The stage once more by hand: the prefix computed anew for every batch, autograd, w - lr g.
TEST_CASE("codes computed once train as codes computed for every batch") {
  on_each([](const at::TensorOptions& options) {
    const at::ScalarType dtype = c10::typeMetaToScalarType(options.dtype());
    Stack stack = make_stack(kPairs, kSample), twin = make_stack(kPairs, kSample);
    for (Stack* s : {&stack, &twin}) build(*s, fit_options(options, 4));
    const StageSpec spec = stages_of("{type: greedy, train: new}", 2, "{type: sgd, lr: 0.5}", 2)[1];
    const DeviceData data = make_data(30, 23, options);
    train(stack, spec, data, fit_options(options, 4));

    const std::vector<Parameter> trained = twin.parameters(spec.trains);
    for (const Parameter& p : trained) p.value.set_requires_grad(true);
    for (uint32_t epoch = 1; epoch <= 2; ++epoch) {
      const Tensor order =
          epoch_order(data.train.samples, random_stream(0, "shuffle", "data", spec.name), epoch);
      for (int64_t first = 0; first < 23; first += 4) {
        const Tensor index = order.narrow(0, first, std::min<int64_t>(4, 23 - first));
        const Tensor images = gather_images(data.train.pixels, index, kSample, dtype);
        const Tensor codes = twin.forward(spec.prefix, images, {}).detach();
        at::mse_loss(twin.forward(spec.blocks, codes, {}), codes).backward();
        for (const Parameter& p : trained) {
          Tensor(p.value.detach()).sub_(p.value.grad(), 0.5);
          p.value.mutable_grad() = Tensor();
        }
      }
    }
    const auto here = copies(stack, spec.trains), there = copies(twin, spec.trains);
    REQUIRE(here.size() == 4);
    const double eps = options.dtype() == at::kDouble ? 1e-14 : 1e-5;
    for (size_t i = 0; i < here.size(); ++i) CHECK(max_difference(here[i], there[i]) < eps);
  });
}

TEST_CASE("greedy, train all: the trained outer decoder goes on in the second phase") {
  Stack stack = make_stack(kPairs, kSample);
  build(stack, fit_options(at::kDouble, 4));
  const DeviceData data = make_data(30, 23, at::kDouble);
  const auto fresh = copies(stack, {"decoder.0"});
  train(stack, stages_of("{type: greedy, train: all}", 2, "{type: sgd, lr: 0.5}", 3)[0], data,
        fit_options(at::kDouble, 4));
  const auto trained = copies(stack, {"decoder.0"});
  CHECK_FALSE(same_bits(trained, fresh));
  const StageResult still = train(stack, stages_of("{type: greedy, train: all}", 2, kStill, 1)[1],
                                  data, fit_options(at::kDouble, 23));
  CHECK(same_bits(copies(stack, {"decoder.0"}), trained));
  // and is what the second phase's first loss is computed with
  const Tensor x = gather_images(data.train.pixels, data.train.samples, kSample, at::kDouble);
  const Tensor y = stack.forward({"encoder.0", "encoder.1", "decoder.1", "decoder.0"}, x, {});
  CHECK(still.epochs[0].loss == doctest::Approx(at::mse_loss(y, x).item<double>()).epsilon(1e-14));
}

TEST_CASE("only what trains is asked for gradients, and nothing is when training is over") {
  Stack stack = make_stack(kPairs, kSample, kHead);
  build(stack, fit_options(at::kDouble, 4));
  StageResult result{classify_stage(2, "{type: sgd, lr: 0.5}", 1), false, {}};
  result.spec.trains = {"head"};
  const auto encoder = copies(stack, {"encoder.0", "encoder.1"}), head = copies(stack, {"head"});
  Log log;
  size_t asked = 0;
  log.at_step = [&] {
    asked = 0;
    for (const Parameter& p : stack.parameters(kAll))
      if (p.value.requires_grad()) asked += p.name.rfind("head.", 0) == 0 ? 1 : 100;
  };
  fit(stack, result.spec, make_data(30, 23, at::kDouble), fit_options(at::kDouble, 4), log, result);
  CHECK(asked == 2);
  CHECK(same_bits(copies(stack, {"encoder.0", "encoder.1"}), encoder));
  CHECK_FALSE(same_bits(copies(stack, {"head"}), head));
  CHECK_FALSE(any_gradients(stack));
}

TEST_CASE("the same seed gives the same bits; another seed or stage another order") {
  on_each([](const at::TensorOptions& options) {
    const auto trained = [&](uint64_t shuffle_seed, const std::string& name) {
      Stack stack = make_stack(kPairs, kSample);
      build(stack, fit_options(options, 4));
      StageSpec spec = stages_of("end_to_end", 2, "{type: sgd, lr: 0.5}", 2)[0];
      spec.name = name;
      train(stack, spec, make_data(30, 23, options), fit_options(options, 4, shuffle_seed));
      return copies(stack, spec.trains);
    };
    const auto once = trained(0, "pretrain");
    CHECK(same_bits(once, trained(0, "pretrain")));
    CHECK_FALSE(same_bits(once, trained(1, "pretrain")));
    CHECK_FALSE(same_bits(once, trained(0, "pretrain-1")));
  });
}

TEST_CASE("a decoder written out flat still rebuilds images") {
  Stack stack;
  stack.add("encoder.0", layers({"{type: linear, units: 5}", "tanh"}), kSample, {0, 1}, {});
  stack.add("decoder.0", layers({"{type: linear, units: 12}", "sigmoid"}), {5}, {-1, 1}, {});
  build(stack, fit_options(at::kDouble, 4));
  const DeviceData data = make_data(30, 23, at::kDouble);
  const StageResult result =
      train(stack, stages_of("end_to_end", 1, kStill, 1)[0], data, fit_options(at::kDouble, 4));
  const Tensor x = gather_images(data.train.pixels, data.train.samples, {12}, at::kDouble);
  const Tensor y = stack.forward({"encoder.0", "decoder.0"}, x, {});
  CHECK(result.epochs[0].loss == doctest::Approx(at::mse_loss(y, x).item<double>()).epsilon(1e-14));
}

// A decoder of free values and a rate of 1e200: the first update makes weights near 1e200, whose
// squared error is past 1e308.
TEST_CASE("a loss that is no number ends the stage within the epoch, with names") {
  on_each([](const at::TensorOptions& options) {
    Stack stack;
    stack.add("encoder.0", layers({"{type: linear, units: 5}", "tanh"}), kSample, {0, 1}, {});
    stack.add("decoder.0", layers({"{type: linear, units: 12}"}), {5}, {-1, 1}, {});
    build(stack, fit_options(options, 4));
    const bool wide = options.dtype() == at::kDouble;
    StageResult result{
        stages_of("greedy", 1, wide ? "{type: sgd, lr: 1.0e200}" : "{type: sgd, lr: 1.0e30}", 3)[0],
        false,
        {}};
    Log log;
    CHECK_THROWS_WITH_AS(
        fit(stack, result.spec, make_data(30, 23, options), fit_options(options, 4), log, result),
        fmt::format(
            "the loss became infinite in stage 'pretrain-1', epoch 1, step 2 of 6, at learning "
            "rate {}; try a smaller one",
            wide ? "1e+200" : "1e+30")
            .c_str(),
        Diverged);
    CHECK(result.epochs.empty());
    CHECK(log.lines.back() == "epoch 1: 23 of 23");
    CHECK_FALSE(any_gradients(stack));
  });
}

TEST_CASE("an epoch of one step that breaks the weights is noticed too") {
  Stack stack;
  stack.add("encoder.0", layers({"{type: linear, units: 5}", "tanh"}), kSample, {0, 1}, {});
  stack.add("decoder.0", layers({"{type: linear, units: 12}"}), {5}, {-1, 1}, {});
  build(stack, fit_options(at::kDouble, 23));
  StageResult result{stages_of("greedy", 1, "{type: sgd, lr: 1.0e200}", 1)[0], false, {}};
  Log log;
  CHECK_THROWS_WITH_AS(fit(stack, result.spec, make_data(30, 23, at::kDouble),
                           fit_options(at::kDouble, 23), log, result),
                       "the loss on the test set became infinite in stage 'pretrain-1', epoch 1, "
                       "at learning rate 1e+200; "
                       "try a smaller one",
                       Diverged);
}

TEST_CASE("asked to stop, the stage ends after the step, and keeps the epochs it has") {
  Stack stack = make_stack(kPairs, kSample);
  FitOptions options = fit_options(at::kDouble, 4);
  build(stack, options);
  std::atomic<bool> stop{false};
  options.stop = &stop;
  StageResult result{stages_of("end_to_end", 2, "{type: sgd, lr: 0.1}", 5)[0], false, {}};
  Log log;
  log.at_step = [&] { stop = log.lines.back() == "epoch 2: 8 of 23"; };
  CHECK_THROWS_WITH_AS(
      fit(stack, result.spec, make_data(30, 23, at::kDouble), options, log, result), "interrupted",
      Interrupted);
  CHECK(log.lines.back() == "epoch 2: 8 of 23");
  CHECK(result.epochs.size() == 1);
  CHECK_FALSE(any_gradients(stack));
}
