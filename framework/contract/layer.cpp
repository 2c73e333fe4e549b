#include "strata/core/layer.hpp"
#include "strata/core/gpu.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "strata/contract/checks.hpp"
#include "strata/contract/form.hpp"
#include "strata/train/safetensors.hpp"
#include "strata/train/stack.hpp"

namespace strata {
namespace {

const Range kInputs{-2, 2};
constexpr double kFarther = 5;  // what is kept near 0 may break at 10

ForwardContext training_context() {
  ForwardContext context;
  context.training = true;
  context.seed = 7;
  context.stage = "pretrain-1";
  context.epoch = 2;
  context.step = 3;
  return context;
}

std::vector<at::TensorOptions> every_device() {
  std::vector<at::TensorOptions> places{at::TensorOptions(at::kCPU)};
  if (const auto gpu = find_gpu()) places.push_back(at::TensorOptions(*gpu));
  return places;
}

/// The layer alone in a stack, as the trainer would hold it.
class Net {
 public:
  Net(const ComponentRef& ref, const Shape& input, at::TensorOptions options = at::kDouble,
      uint64_t seed = 1)
      : options_(options) {
    LayerContext context;
    context.classes = 5;
    stack_.add("layer", {ref}, input, kInputs, context);
    stack_.build(seed, c10::typeMetaToScalarType(options.dtype()), options.device());
  }

  const PlacedLayer& placed() const { return stack_.block("layer").layers[0]; }
  const Layer& layer() const { return *placed().layer; }
  const Shape& input() const { return placed().input; }
  const Shape& output() const { return placed().output; }
  std::vector<Parameter> parameters() const { return stack_.parameters({"layer"}); }
  std::vector<Parameter> buffers() const { return stack_.buffers({"layer"}); }
  std::vector<Parameter> tensors() const { return stack_.tensors({"layer"}); }

  Tensor images(int64_t batch, double scale = 1) const {
    if (layer().role() == Layer::Role::passthrough)
      return random_tensor(batch_shape(batch, input()), "input", 0, 1, options_);
    return random_tensor(batch_shape(batch, input()), "input", scale * kInputs.low,
                         scale * kInputs.high, options_);
  }
  Tensor forward(const Tensor& x, const ForwardContext& context = {}) const {
    return layer().forward(x, context);
  }
  Stack& stack() { return stack_; }

 private:
  at::TensorOptions options_;
  Stack stack_;
};

/// A loss that weighs every output differently.
Tensor objective(const Tensor& y) {
  return (y * random_tensor(y.sizes().vec(), "weights", -1, 1, y.options())).sum();
}

/// The sample shapes that the layer takes, of those tried. Throws LayerError where it takes none.
std::vector<Shape> shapes_for(const ComponentRef& ref) {
  std::vector<Shape> taken;
  std::string refusal;
  for (const Shape& shape : {Shape{6}, Shape{1, 8, 8}, Shape{2, 7, 5}}) {
    try {
      Net(ref, shape);
      taken.push_back(shape);
    } catch (const LayerError& e) {
      refusal = e.what();
    }
  }
  if (taken.empty())
    throw LayerError("it takes none of the sample shapes 6, 1x8x8 and 2x7x5: " + refusal);
  return taken;
}

void check_shape(const Net& net) {
  for (const ForwardContext& context : {ForwardContext{}, training_context()}) {
    const Tensor x = net.images(3), y = net.forward(x, context);
    require(y.defined(), "forward() gives an undefined tensor");
    const Shape expected = batch_shape(3, net.output());
    require(y.sizes() == at::IntArrayRef(expected),
            "for a batch of 3 of {}, {} was inferred, {} came", shape_text(net.input()),
            shape_text(expected), shape_text(y.sizes().vec()));
    require(y.scalar_type() == x.scalar_type(), "{} goes in, {} comes out",
            c10::toString(x.scalar_type()), c10::toString(y.scalar_type()));
    require(y.device() == x.device(), "the output is on another device than the input");
    require_finite(y, "the output");
  }
}

void check_range(const Net& net) {
  Range range = net.layer().range();
  if (net.layer().role() == Layer::Role::passthrough) range = {0, 1};  // of its input
  for (const double scale : {1.0, kFarther}) {
    const Tensor y = net.forward(net.images(100, scale));
    const double low = y.min().item<double>(), high = y.max().item<double>();
    require(low >= range.low && high <= range.high,
            "outputs reach from {:g} to {:g}, its range() is [{:g}, {:g}]", low, high, range.low,
            range.high);
  }
}

void check_gradients(const Net& net, const ForwardContext& context, double scale) {
  const Tensor x = net.images(2, scale).set_requires_grad(true);
  for (const Parameter& p : net.parameters()) p.value.set_requires_grad(true);
  const Tensor loss = objective(net.forward(x, context));
  require(loss.requires_grad(), "no gradient flows through it");
  loss.backward();
  const auto value = [&] { return objective(net.forward(x.detach(), context)).item<double>(); };
  require_gradient(value, x, x.grad(), "the input");
  for (const Parameter& p : net.parameters())
    require_gradient(value, p.value, p.value.grad(), p.name);
}

/// Forward and backward results, in order: output, gradient of the input, of every parameter.
std::vector<Tensor> pass(const Net& net, Tensor x, const ForwardContext& context) {
  x = x.detach().set_requires_grad(true);
  for (const Parameter& p : net.parameters()) {
    p.value.mutable_grad() = Tensor();
    p.value.set_requires_grad(true);
  }
  const Tensor y = net.forward(x, context);
  require(y.requires_grad(), "no gradient flows through it");
  objective(y).backward();
  std::vector<Tensor> results{y.detach(), x.grad()};
  for (const Parameter& p : net.parameters()) results.push_back(p.value.grad());
  return results;
}

const char* result_name(size_t i) {
  return i == 0 ? "outputs" : i == 1 ? "gradients of the input" : "gradients of parameters";
}

void check_precision(const ComponentRef& ref, const Shape& shape) {
  const Net exact(ref, shape, at::kDouble), single(ref, shape, at::kFloat);
  const auto expected = pass(exact, exact.images(4), training_context());
  const auto got = pass(single, single.images(4), training_context());
  for (size_t i = 0; i < got.size(); ++i) {
    require(got[i].scalar_type() == at::kFloat, "{} in float32 come as {}", result_name(i),
            c10::toString(got[i].scalar_type()));
    require_close(got[i], expected[i], 1e-4, std::string(result_name(i)) + " in both precisions");
  }
}

void check_batches(const Net& net) {
  const Tensor x = net.images(1000), y = net.forward(x);
  for (const int64_t i : {int64_t{0}, int64_t{999}})
    require_close(net.forward(x.narrow(0, i, 1)), y.narrow(0, i, 1), 1e-12,
                  fmt::format("sample {} alone and in a batch of 1000", i));
  for (const int64_t batch : {1, 1000}) {
    const auto results = pass(net, net.images(batch), training_context());
    for (size_t i = 0; i < results.size(); ++i)
      require_finite(results[i], fmt::format("with a batch of {}, {}", batch, result_name(i)));
  }
}

void check_determinism(const ComponentRef& ref, const Shape& shape) {
  const Net a(ref, shape), b(ref, shape);
  for (const ForwardContext& context : {ForwardContext{}, training_context()}) {
    const auto first = pass(a, a.images(5), context), again = pass(a, a.images(5), context),
               other = pass(b, b.images(5), context);
    for (size_t i = 0; i < first.size(); ++i) {
      require_same_bits(first[i], again[i], std::string(result_name(i)) + " of two passes");
      require_same_bits(first[i], other[i], std::string(result_name(i)) + " of two such layers");
    }
  }
}

void check_evaluation(const Net& net) {
  const Tensor x = net.images(5), before = net.forward(x).clone();
  ForwardContext elsewhere = training_context();
  elsewhere.training = false;
  require_same_bits(net.forward(x, elsewhere), before, "evaluation at two places in a run");
  net.forward(x, training_context());
  require_same_bits(net.forward(x), before, "evaluation before and after a pass in training");
}

/// Under no_grad, where autograd does not object before we see it.
void check_input(const Net& net) {
  at::NoGradGuard no_grad;
  const Tensor x = net.images(5), kept = x.clone();
  for (const ForwardContext& context : {ForwardContext{}, training_context()}) {
    net.forward(x, context);
    require(at::equal(x, kept), "forward() writes into its input{}",
            context.training ? " in training" : "");
  }
}

void check_damage(const Net& net) {
  const Tensor x = net.images(5), kept = x.clone();
  std::vector<Tensor> values;
  const std::vector<Parameter> tensors = net.tensors();
  for (const Parameter& p : tensors) values.push_back(p.value.detach().clone());
  for (const ForwardContext& context : {ForwardContext{}, training_context()}) {
    const std::vector<Tensor> results = pass(net, x, context);
    for (size_t i = 0; i < results.size(); ++i)
      if (results[i].defined()) require_finite(results[i], result_name(i));
  }
  require_same_bits(x, kept, "the input before and after");
  for (size_t i = 0; i < values.size(); ++i)
    require_same_bits(tensors[i].value.detach(), values[i], tensors[i].name + " before and after");
}

/// A buffer is written where the layer trains; where else, check_damage() sees it.
void check_buffers(const Net& net) {
  if (net.buffers().empty()) throw CheckSkipped("it has none");
  std::vector<Tensor> values;
  for (const Parameter& p : net.buffers()) values.push_back(p.value.clone());
  ForwardContext context = training_context();
  context.update_buffers = true;
  net.forward(net.images(5), context);
  bool changed = false;
  for (size_t i = 0; i < values.size(); ++i) {
    require_finite(net.buffers()[i].value, net.buffers()[i].name);
    changed |= !at::equal(net.buffers()[i].value, values[i]);
  }
  require(changed, "a pass in training leaves its buffers as they were");
}

void check_form(const PlacedLayer& placed, const std::vector<Parameter>& parameters,
                const Tensor& x) {
  const LayerForm form = placed.layer->form();
  if (form.op == LayerOp::opaque) throw CheckSkipped("it says none");
  for (const Tensor& named : {form.weight, form.bias})
    require(
        !named.defined() || std::any_of(parameters.begin(), parameters.end(),
                                        [&](const Parameter& p) { return p.value.is_same(named); }),
        "its form names a tensor that is no parameter");
  const Tensor expected = computed(form, x, placed.output);
  require_close(placed.layer->forward(x, {}), expected, 1e-12, "the output");
  if (form.op != LayerOp::dropout)
    require_close(placed.layer->forward(x, training_context()), expected, 1e-12,
                  "the output in training");
}

void check_forms(const ComponentRef& ref, const Shape& shape) {
  const Net net(ref, shape);
  check_form(net.placed(), net.parameters(), net.images(3));
}

/// The same numbers, laid out in another order in memory; and a gradient that is one number,
/// expanded.
void check_strides(const Net& net) {
  const Tensor x = net.images(4);
  Tensor strided = at::empty(batch_shape(8, net.input()), x.options()).slice(0, 0, 8, 2);
  if (x.dim() > 2) strided = at::empty(x.transpose(1, -1).sizes(), x.options()).transpose(1, -1);
  strided.copy_(x);
  const auto expected = pass(net, x, {}), got = pass(net, strided, {});
  for (size_t i = 0; i < got.size(); ++i)
    require_close(got[i], expected[i], 1e-12,
                  std::string(result_name(i)) + " of a contiguous and a strided input");
  const auto input_gradient = [&](bool expanded) {
    const Tensor leaf = x.detach().clone().set_requires_grad(true);
    const Tensor y = net.forward(leaf, {});
    const Tensor one = at::ones({}, y.options()).expand(y.sizes());
    y.backward(expanded ? one : one.contiguous());
    return leaf.grad();
  };
  require_close(input_gradient(true), input_gradient(false), 1e-12,
                "gradients from a contiguous and an expanded gradient");
}

void check_saving(const ComponentRef& ref, const Shape& shape) {
  const Net net(ref, shape, at::kDouble, 1), other(ref, shape, at::kDouble, 2);
  const auto read = from_safetensors(to_safetensors(net.tensors()), "weights");
  const auto into = other.tensors();
  require(read.size() == into.size(), "{} tensors saved, {} wanted", read.size(), into.size());
  for (size_t i = 0; i < read.size(); ++i) into[i].value.copy_(read[i].value);
  const Tensor x = net.images(5);
  require_same_bits(other.forward(x), net.forward(x), "outputs with weights saved and read");
  require_same_bits(other.forward(x, training_context()), net.forward(x, training_context()),
                    "outputs in training with weights saved and read");
}

/// What the mirror says of itself, tied or not.
void check_mirror_form(const ComponentRef& ref, const Shape& shape, bool tied) {
  Net net(ref, shape);
  MirrorContext context;
  context.tied = tied;
  try {
    net.stack().add_mirror("mirror", net.stack().block("layer"), {}, context);
  } catch (const LayerError&) {  // it shares no weights
    return;
  }
  net.stack().build(1, at::kDouble, at::kCPU);
  Tensor x = net.stack().forward({"layer"}, net.images(3), {});
  for (const PlacedLayer& placed : net.stack().block("mirror").layers) {
    if (placed.layer->form().op != LayerOp::opaque)
      check_form(placed, net.stack().parameters({"layer", "mirror"}), x);
    x = placed.layer->forward(x, {});
  }
}

void check_mirror(const ComponentRef& ref, const Shape& shape) {
  Net net(ref, shape);
  const Block& layer = net.stack().block("layer");
  const Block* mirror = nullptr;
  try {
    mirror = &net.stack().add_mirror("mirror", layer, {});
  } catch (const LayerError& e) {
    throw CheckSkipped(e.what());
  }
  require(mirror->output == net.input(), "{} becomes {}, and its mirror makes {} of that{}",
          shape_text(net.input()), shape_text(net.output()), shape_text(mirror->output),
          mirror->layers.empty() ? " (mirror() is nullptr)" : "");
  net.stack().build(1, at::kDouble, at::kCPU);
  const Tensor x = net.images(3), y = net.stack().forward({"layer", "mirror"}, x, {});
  for (const bool tied : {false, true}) check_mirror_form(ref, shape, tied);
  require(y.sizes() == x.sizes(), "through layer and mirror, {} becomes {}",
          shape_text(x.sizes().vec()), shape_text(y.sizes().vec()));
}

void check_gpu(const ComponentRef& ref, const Shape& shape) {
  if (every_device().size() < 2) throw CheckSkipped("no GPU here");
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const Net cpu(ref, shape, every_device()[0].dtype(dtype));
    const Net gpu(ref, shape, every_device()[1].dtype(dtype));
    const auto expected = pass(cpu, cpu.images(33), training_context());
    const auto got = pass(gpu, gpu.images(33), training_context());
    for (size_t i = 0; i < got.size(); ++i)
      require_close(got[i], expected[i], dtype == at::kFloat ? 1e-4 : 1e-10,
                    fmt::format("{} on CPU and GPU in {}", result_name(i), c10::toString(dtype)));
  }
}

void check_layer(const ComponentRef& ref, Checks& checks) {
  std::vector<Shape> shapes;
  checks.run_first("takes a common sample shape", [&] { shapes = shapes_for(ref); });
  const auto on_each = [&](const std::function<void(const Shape&)>& body) {
    return [&shapes, body] {
      for (const Shape& shape : shapes) body(shape);
    };
  };
  const auto first = [&](const std::string& what, const std::function<void(const Shape&)>& body) {
    checks.run_first(what, on_each(body));
  };
  const auto each = [&](const std::string& what, const std::function<void(const Shape&)>& body) {
    checks.run(what, on_each(body));
  };
  first("its shape inference agrees with the output", [&](const Shape& s) {
    check_shape({ref, s});
  });
  first("leaves its input alone", [&](const Shape& s) { check_input({ref, s}); });
  first("has a backward pass, which changes nothing", [&](const Shape& s) {
    check_damage({ref, s});
  });
  first("repeats bit for bit", [&](const Shape& s) { check_determinism(ref, s); });
  each("its outputs are in its range", [&](const Shape& s) { check_range({ref, s}); });
  each("its gradients agree with finite differences", [&](const Shape& s) {
    for (const double scale : {1.0, kFarther}) {
      check_gradients({ref, s}, {}, scale);
      check_gradients({ref, s}, training_context(), scale);
    }
  });
  each("float32 agrees with float64", [&](const Shape& s) { check_precision(ref, s); });
  each("takes a batch of 1 and of 1000", [&](const Shape& s) { check_batches({ref, s}); });
  each("evaluates without memory or chance", [&](const Shape& s) { check_evaluation({ref, s}); });
  each("takes strided tensors", [&](const Shape& s) { check_strides({ref, s}); });
  each("is saved and read back", [&](const Shape& s) { check_saving(ref, s); });
  each("updates its buffers in training", [&](const Shape& s) { check_buffers({ref, s}); });
  each("computes what its form says", [&](const Shape& s) { check_forms(ref, s); });
  each("its mirror restores the shape", [&](const Shape& s) { check_mirror(ref, s); });
  each("works on a GPU as on the CPU", [&](const Shape& s) { check_gpu(ref, s); });
}

void use_layer(const ComponentRef& ref) {
  for (const Shape& shape : shapes_for(ref)) {
    const Net net(ref, shape);
    const Tensor y = net.forward(net.images(2), training_context());
    const Shape expected = batch_shape(2, net.output());
    require(y.sizes() == at::IntArrayRef(expected), "{} was inferred, {} came",
            shape_text(expected), shape_text(y.sizes().vec()));
  }
}

const FamilyChecks layer_checks(Layer::family, check_layer, use_layer);

}  // namespace
}  // namespace strata
