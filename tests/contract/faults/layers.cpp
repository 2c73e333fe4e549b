#include <ATen/core/grad_mode.h>

#include "contract/faults/planted.hpp"
#include "strata/contract/example.hpp"
#include "strata/core/layer.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// A tanh, but for what `Fault` computes in its place.
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
constexpr const char* kShape = "its shape inference agrees with the output";
const Plant<Layer, FaultyLayer<WrongShape>> wrong_shape{
    "wrong_shape", kShape, "for a batch of 3 of 6, 3x6 was inferred, 3x12 came"};
const Plant<Layer, FaultyLayer<NotANumber>> nan_output{"not_a_number", kShape,
                                                       "the output holds NaN or infinity"};
const Plant<Layer, FaultyLayer<Throws>> throws{"throws", kShape, "not today"};
const Plant<Layer, FaultyLayer<ThrowsANumber>> throws_a_number{
    "throws_a_number", kShape, "something that is no std::exception was thrown"};

struct Damages {
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    const at::NoGradGuard no_grad;
    x.detach().mul_(0.5);
    return x;
  }
};
const Plant<Layer, FaultyLayer<Damages>> damages{"damages", "leaves its input alone",
                                                 "forward() writes into its input"};

struct NoGradient {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return at::tanh(x).detach(); }
};
const Plant<Layer, FaultyLayer<NoGradient>> no_gradient{
    "no_gradient", "has a backward pass, which changes nothing", "no gradient flows through it"};

struct Remembers {
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    static double calls = 0;
    return at::tanh(x) + ++calls;
  }
};
const Plant<Layer, FaultyLayer<Remembers>> remembers{"remembers", "repeats bit for bit",
                                                     "outputs of two passes: they differ"};

struct WrongGradient {  // its value is tanh's, its gradient that of the straight line
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    return x + (at::tanh(x) - x).detach();
  }
};
struct WrongFarOut {  // its gradient is that of the cube up to 3, and 0 beyond
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    const Tensor cube = x * x * x;
    return at::where(x.abs() > 3, cube.detach() + 0 * x, cube);
  }
};
constexpr const char* kGradients = "its gradients agree with finite differences";
const Plant<Layer, FaultyLayer<WrongGradient>> wrong_gradient{
    "wrong_gradient", kGradients, "gradient of the input at element 0: "};
const Plant<Layer, FaultyLayer<WrongFarOut>> wrong_far_out{"wrong_far_out", kGradients,
                                                           "gradient of the input at element "};

struct WrongPrecision {
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    return at::tanh(x).to(at::kDouble);
  }
};
const Plant<Layer, FaultyLayer<WrongPrecision>> wrong_precision{
    "wrong_precision", "float32 agrees with float64", "outputs in float32 come as Double"};

struct KnowsItsStep {
  static Tensor forward(const Tensor& x, const ForwardContext& context) {
    return at::tanh(x) + static_cast<double>(context.step);
  }
};
const Plant<Layer, FaultyLayer<KnowsItsStep>> knows_its_step{
    "knows_its_step", "evaluates without memory or chance",
    "evaluation at two places in a run: they differ by up to"};

struct WholeBatch {  // what a sample gives depends on the others
  static Tensor forward(const Tensor& x, const ForwardContext&) { return x - x.mean(0, true); }
};
const Plant<Layer, FaultyLayer<WholeBatch>> whole_batch{
    "whole_batch", "takes a batch of 1 and of 1000", "sample 0 alone and in a batch of 1000"};

struct Unstrided {  // reads memory as though it were contiguous
  static Tensor forward(const Tensor& x, const ForwardContext&) {
    return at::tanh(x) + 0 * x.detach() +
           at::from_blob(x.data_ptr(), x.sizes(), x.options()).clone() * 1e-3;
  }
};
const Plant<Layer, FaultyLayer<Unstrided>> unstrided{"unstrided", "takes strided tensors",
                                                     "a contiguous and a strided input"};

struct Doubled {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return 2 * at::tanh(x); }
};
struct Quarter {
  static Tensor forward(const Tensor& x, const ForwardContext&) { return x / 4; }
};
template <class Fault>
class OutOfRange final : public FaultyLayer<Fault> {
 public:
  using FaultyLayer<Fault>::FaultyLayer;
  Range range() const override { return {-1, 1}; }
};
constexpr const char* kRange = "its outputs are in its range";
const Plant<Layer, OutOfRange<Doubled>> out_of_range{"out_of_range", kRange,
                                                     "its range() is [-1, 1]"};
const Plant<Layer, OutOfRange<Quarter>> out_of_range_far_out{"out_of_range_far_out", kRange,
                                                             "its range() is [-1, 1]"};

class TakesNothing final : public FaultyLayer<Doubled> {
 public:
  using FaultyLayer::FaultyLayer;
  Shape configure(const Shape&, const LayerContext&) override { throw LayerError("too small"); }
};
const Plant<Layer, TakesNothing> takes_nothing{
    "takes_nothing", "takes a common sample shape",
    "it takes none of the sample shapes 6, 1x8x8 and 2x7x5: too small"};

/// Keeps a number that no parameter holds, drawn when it is built.
class Unsaved final : public FaultyLayer<Doubled> {
 public:
  using FaultyLayer::FaultyLayer;
  void build(ParameterFactory& factory) override {
    const Tensor drawn = factory.parameter("offset", {1}, *component<Initializer>("normal"), 1, 1);
    if (drawn.defined()) kept_ = drawn.clone();
  }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return x + kept_; }

 private:
  Tensor kept_;
};
const Plant<Layer, Unsaved> unsaved{"unsaved", "is saved and read back",
                                    "outputs with weights saved and read"};

/// Counts its passes in a buffer.
template <bool always>
class Counts final : public FaultyLayer<Doubled> {
 public:
  using FaultyLayer::FaultyLayer;
  void build(ParameterFactory& factory) override { passes_ = factory.buffer("passes", {1}, 0); }
  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    if (always && context.training) {
      const at::NoGradGuard no_grad;
      Tensor(passes_).add_(1);
    }
    return FaultyLayer::forward(x, context);
  }

 private:
  Tensor passes_;
};
const Plant<Layer, Counts<true>> counts_always{"counts_always",
                                               "has a backward pass, which changes nothing",
                                               "layer.0.passes before and after: they differ"};
const Plant<Layer, Counts<false>> counts_never{"counts_never", "updates its buffers in training",
                                               "a pass in training leaves its buffers as they"};

template <LayerOp op>
class Misnamed final : public FaultyLayer<Quarter> {
 public:
  using FaultyLayer::FaultyLayer;
  LayerForm form() const override { return {op}; }
};
constexpr const char* kForm = "computes what its form says";
const Plant<Layer, Misnamed<LayerOp::relu>> misnamed{"misnamed", kForm,
                                                     "the output: they differ by up to"};
class StrangersWeight final : public FaultyLayer<Quarter> {
 public:
  using FaultyLayer::FaultyLayer;
  LayerForm form() const override { return {LayerOp::affine, at::ones({6, 6}, at::kDouble) / 4}; }
};
const Plant<Layer, StrangersWeight> strangers_weight{
    "strangers_weight", kForm, "its form names a tensor that is no parameter"};

class Narrow final : public FaultyLayer<Quarter> {  // keeps one number, and its mirror two
 public:
  explicit Narrow(const Params& params, int64_t kept = 1) : FaultyLayer(params), kept_(kept) {}
  Role role() const override { return Role::transform; }
  Shape configure(const Shape&, const LayerContext&) override { return {kept_}; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return x.flatten(1).narrow(1, 0, 1).expand({x.size(0), kept_}) / 4;
  }
  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    return std::make_shared<Narrow>(NoParams(), 2);
  }

 private:
  int64_t kept_;
};
const Plant<Layer, Narrow> narrow{"narrow", "its mirror restores the shape",
                                  "6 becomes 1, and its mirror makes 2 of that"};

// ---- Of every family ----

class Silent final : public FaultyLayer<Doubled> {
 public:
  struct Params {
    static void declare(Declare<Params>&) {}
  };
  explicit Silent(const Params&) : FaultyLayer({}) {}
};
const Plant<Layer, Silent> silent{"silent", "describes itself", "it has no doc()"};

class Incomplete final : public FaultyLayer<Doubled> {
 public:
  struct Params {
    int64_t units = 0;
    static void declare(Declare<Params>& d) {
      d.doc("Made for a test.");
      d.add("units", &Params::units, "needed, and the example lacks it").required();
    }
  };
  explicit Incomplete(const Params&) : FaultyLayer({}) {}
};
const Plant<Layer, Incomplete> incomplete{"incomplete", "builds from its example", "units"};

class Fragile final : public FaultyLayer<Doubled> {
 public:
  struct Params {
    int64_t parts = 1;
    static void declare(Declare<Params>& d) {
      d.doc("Made for a test.");
      d.add("parts", &Params::parts, "0 is within its bounds, and more than it bears").min(0);
    }
  };
  explicit Fragile(const Params& params) : FaultyLayer({}) {
    if (params.parts == 0) throw std::runtime_error("no parts");
  }
};
const Plant<Layer, Fragile> fragile{"fragile", "survives parameters at their bounds",
                                    "parts: 0: layer 'fragile': no parts"};

/// Says that `parts` is at least 5, and takes 4: its bounds are changed behind its parser's back.
class Lenient final : public FaultyLayer<Doubled> {
 public:
  struct Params {
    int64_t parts = 7;
    static void declare(Declare<Params>& d) {
      d.doc("Made for a test.");
      d.add("parts", &Params::parts, "how many");
    }
  };
  explicit Lenient(const Params&) : FaultyLayer({}) {}
};
const bool lenient = [] {
  Registry& registry = Registry::instance();
  registry.set_library("lenient");
  const Registration<Layer, Lenient> registration("lenient");
  registry.set_library("");
  ComponentInfo info = *registry.find("layer", "lenient");
  registry.remove_library("lenient");
  info.library.clear();
  info.params.fields[0].constraints.min = 5;
  registry.add(std::move(info));
  Planted::all().push_back({"layer", "lenient", "refuses wrong parameters", "parts: 4 is taken"});
  return true;
}();

}  // namespace
