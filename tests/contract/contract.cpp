// Components with one fault each: the check that is there for it must find it.
#include "strata/contract/contract.hpp"

#include <ATen/core/grad_mode.h>
#include <doctest/doctest.h>

#include <algorithm>

#include "strata/contract/example.hpp"
#include "strata/core/initializer.hpp"
#include "strata/core/layer.hpp"
#include "strata/core/loss.hpp"
#include "strata/core/metric.hpp"
#include "strata/core/optimizer.hpp"
#include "strata/core/strategy.hpp"

using namespace strata;

namespace {

/// What a test layer is made from; `Fault::forward` or more is overridden in each.
struct NoParams {
  static void declare(Declare<NoParams>& d) { d.doc("Made for a test."); }
};

template <class Fault>
class FaultyLayer : public Activation {
 public:
  using Params = NoParams;
  explicit FaultyLayer(const Params&) {}
  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    return Fault::forward(x, context);
  }
};

struct WrongShape {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return at::cat({x, x}, 1); }
};
struct NoGradient {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return at::tanh(x).detach(); }
};
struct WrongGradient {  // its value is tanh's, its gradient that of the straight line
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    return x + (at::tanh(x) - x).detach();
  }
};
struct WrongPrecision {
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    return at::tanh(x).to(at::kDouble);
  }
};
struct Remembers {
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    static double calls = 0;
    return at::tanh(x) + ++calls;
  }
};
struct KnowsItsStep {
  static Tensor forward(const Tensor& x, const ForwardContext& context) {
    return at::tanh(x) + static_cast<double>(context.step);
  }
};
struct Damages {
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    at::NoGradGuard no_grad;
    x.detach().mul_(0.5);
    return x;
  }
};
struct WholeBatch {  // what a sample gives depends on the others
  static Tensor forward(const Tensor& x, const ForwardContext&) { return x - x.mean(0, true); }
};
struct Unstrided {  // reads memory as though it were contiguous
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    return at::tanh(x) + 0 * x.detach() +
           at::from_blob(x.data_ptr(), x.sizes(), x.options()).clone() * 1e-3;
  }
};
struct NotANumber {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return at::log(x); }
};
struct Throws {
  static Tensor forward(const Tensor&, const ForwardContext&) {
    throw std::runtime_error("not today");
  }
};
struct ThrowsANumber {
  static Tensor forward(const Tensor&, const ForwardContext&) { throw 42; }
};
struct WrongFarOut {  // its gradient is that of the cube up to 3, and 0 beyond
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    const Tensor cube = x * x * x;
    return at::where(x.abs() > 3, cube.detach() + 0 * x, cube);
  }
};
struct OutOfRangeFarOut {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return x / 4; }
};
class FarRangeLayer : public FaultyLayer<OutOfRangeFarOut> {
 public:
  using FaultyLayer::FaultyLayer;
  Range range() const override { return {-1, 1}; }
};
struct OutOfRange {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return 2 * at::tanh(x); }
};
class RangeLayer : public FaultyLayer<OutOfRange> {
 public:
  using FaultyLayer::FaultyLayer;
  Range range() const override { return {-1, 1}; }
};
/// Keeps a number that no parameter holds, drawn when it is built.
class Unsaved : public FaultyLayer<OutOfRange> {
 public:
  using FaultyLayer::FaultyLayer;
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  void build(ParameterFactory& factory) override {
    const Tensor drawn = factory.parameter("offset", {1}, *component<Initializer>("normal"), 1, 1);
    if (drawn.defined()) kept_ = drawn.clone();
  }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return x + kept_; }

 private:
  Tensor kept_;
};

class SummedLoss : public Loss {
 public:
  using Params = NoParams;
  explicit SummedLoss(const Params&) {}
  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target == Target::labels) return "no labels";
    return std::nullopt;
  }
  std::string measure() const override { return "sum"; }
  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return (output - target).square().sum();  // where a mean over the batch is promised
  }
};

/// Of the samples it averages batches, so that the short last batch counts too much.
class BatchMean : public Metric {
 public:
  using Params = NoParams;
  explicit BatchMean(const Params&) {}
  bool suits(Target target) const override { return target == Target::pixels; }
  void start(int64_t, const at::TensorOptions&) override { sum_ = batches_ = 0; }
  void update(const Tensor& output, const Tensor&) override {
    sum_ += output.mean().item<double>();
    ++batches_;
  }
  std::map<std::string, Json> result() const override { return {{"mean", sum_ / batches_}}; }

 private:
  double sum_ = 0, batches_ = 0;
};

class Endless : public Strategy {
 public:
  using Params = NoParams;
  explicit Endless(const Params&) {}
  std::optional<StageSpec> next(const StackDescription&,
                                const std::vector<StageResult>& done) const override {
    StageSpec stage;
    stage.name = "pretrain-" + std::to_string(done.size() + 1);
    stage.blocks = {encoder_block(0), decoder_block(0)};
    stage.trains = stage.blocks;
    return stage;
  }
};
class Crossed : public Strategy {
 public:
  using Params = NoParams;
  explicit Crossed(const Params&) {}
  std::optional<StageSpec> next(const StackDescription&,
                                const std::vector<StageResult>& done) const override {
    if (!done.empty()) return std::nullopt;
    StageSpec stage;
    stage.name = "pretrain-1";
    stage.blocks = {decoder_block(0), encoder_block(0)};
    stage.trains = stage.blocks;
    return stage;
  }
};

class Counting : public Initializer {  // the second fill differs from the first
 public:
  using Params = NoParams;
  explicit Counting(const Params&) {}
  void fill(Tensor& out, const RandomStream&, int64_t, int64_t) const override {
    static double calls = 0;
    out.fill_(++calls);
  }
};
}  // namespace

#define REGISTER_FAULT(Fault, name)                                           \
  static const Registration<Layer, FaultyLayer<Fault>> registration_##Fault { \
    name                                                                      \
  }
REGISTER_FAULT(WrongShape, "wrong_shape");
REGISTER_FAULT(NoGradient, "no_gradient");
REGISTER_FAULT(WrongGradient, "wrong_gradient");
REGISTER_FAULT(WrongPrecision, "wrong_precision");
REGISTER_FAULT(Remembers, "remembers");
REGISTER_FAULT(KnowsItsStep, "knows_its_step");
REGISTER_FAULT(Damages, "damages");
REGISTER_FAULT(WholeBatch, "whole_batch");
REGISTER_FAULT(Unstrided, "unstrided");
REGISTER_FAULT(NotANumber, "not_a_number");
REGISTER_FAULT(Throws, "throws");
REGISTER_FAULT(ThrowsANumber, "throws_a_number");
REGISTER_FAULT(WrongFarOut, "wrong_far_out");
static const Registration<Layer, FarRangeLayer> registration_far_range{"out_of_range_far_out"};
static const Registration<Layer, RangeLayer> registration_range{"out_of_range"};
static const Registration<Layer, Unsaved> registration_unsaved{"unsaved"};
static const Registration<Loss, SummedLoss> registration_summed{"summed"};
static const Registration<Metric, BatchMean> registration_batch_mean{"batch_mean"};
static const Registration<Strategy, Endless> registration_endless{"endless"};
static const Registration<Strategy, Crossed> registration_crossed{"crossed"};
static const Registration<Initializer, Counting> registration_counting{"counting"};

namespace {

/// The failure of the check named; "" where it passed.
std::string failure(const std::string& family, const std::string& name, const std::string& what) {
  const ComponentInfo* info = Registry::instance().find(family, name);
  REQUIRE(info != nullptr);
  for (const CheckResult& result : check_component(*info))
    if (result.what == what)
      return result.outcome == CheckResult::Outcome::failed ? result.detail : "";
  FAIL("there is no check '", what, "'");
  return {};
}

bool mentions(const std::string& text, const std::string& part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A layer with a fault fails the check that is there for it") {
  const auto layer = [](const char* name, const char* what) {
    return failure("layer", name, what);
  };
  CHECK(layer("wrong_shape", "its shape inference agrees with the output") ==
        "for a batch of 3 of 6, 3x6 was inferred, 3x12 came");
  CHECK(layer("no_gradient", "has a backward pass, which changes nothing") ==
        "no gradient flows through it");
  CHECK(mentions(layer("wrong_gradient", "its gradients agree with finite differences"),
                 "gradient of the input at element 0: "));
  CHECK(layer("wrong_precision", "float32 agrees with float64") ==
        "outputs in float32 come as Double");
  CHECK(mentions(layer("remembers", "repeats bit for bit"), "outputs of two passes: they differ"));
  CHECK(mentions(layer("knows_its_step", "evaluates without memory or chance"),
                 "evaluation at two places in a run: they differ by up to"));
  CHECK(layer("damages", "leaves its input alone") == "forward() writes into its input");
  CHECK(mentions(layer("whole_batch", "takes a batch of 1 and of 1000"),
                 "sample 0 alone and in a batch of 1000"));
  CHECK(mentions(layer("unstrided", "takes strided tensors"), "a contiguous and a strided input"));
  CHECK(layer("not_a_number", "its shape inference agrees with the output") ==
        "the output holds NaN or infinity");
  CHECK(layer("throws", "its shape inference agrees with the output") == "not today");
  CHECK(layer("throws_a_number", "its shape inference agrees with the output") ==
        "something that is no std::exception was thrown");
  CHECK(mentions(layer("wrong_far_out", "its gradients agree with finite differences"),
                 "gradient of the input at element "));
  CHECK(mentions(layer("out_of_range_far_out", "its outputs are in its range"),
                 "its range() is [-1, 1]"));
  CHECK(mentions(layer("out_of_range", "its outputs are in its range"), "its range() is [-1, 1]"));
  CHECK(
      mentions(layer("unsaved", "is saved and read back"), "outputs with weights saved and read"));
  CHECK(layer("tanh", "its gradients agree with finite differences") == "");
}

TEST_CASE("One fault fails one check; those that it would spoil wait until it is mended") {
  for (const char* name :
       {"damages", "throws", "throws_a_number", "no_gradient", "wrong_shape", "remembers"}) {
    CAPTURE(name);
    int failed = 0, waiting = 0;
    for (const CheckResult& result : check_component(*Registry::instance().find("layer", name))) {
      if (result.outcome == CheckResult::Outcome::failed) ++failed;
      if (result.detail.rfind("until '", 0) == 0) ++waiting;
    }
    CHECK(failed == 1);
    CHECK(waiting >= 8);
  }
}

TEST_CASE("Faults of the other families are found too") {
  CHECK(mentions(failure("loss", "summed", "is the mean over the batch"),
                 "the loss of a batch and the mean over its samples"));
  CHECK(mentions(failure("metric", "batch_mean", "gives the same however the samples are batched"),
                 "'mean': "));
  CHECK(failure("strategy", "endless", "its stages fit stacks of 1 to 4 pairs") ==
        "it goes on after 1000 stages");
  CHECK(failure("strategy", "crossed", "its stages fit stacks of 1 to 4 pairs") ==
        "stage 'pretrain-1': decoder.0 cannot follow here");
  CHECK(mentions(failure("initializer", "counting", "is a pure function of its stream"),
                 "two fills: they differ"));
}

TEST_CASE("A component named in YAML is read, or refused") {
  CHECK(read_component("layer", "{type: linear, units: 3}").type == "linear");
  CHECK_THROWS_AS(read_component("layer", "{type: linear, units: 0}"), UserError);
  CHECK_THROWS_AS(read_component("layer", "tahn"), UserError);
}
