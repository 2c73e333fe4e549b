#include "strata/train/stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <typeinfo>

#include "strata/support/crash_file.hpp"

namespace strata {
namespace {

/// Makes the tensors of one layer after another.
class Drawer final : public ParameterFactory {
 public:
  Drawer(uint64_t seed, at::TensorOptions place, std::vector<Parameter>& parameters,
         std::vector<Parameter>& buffers)
      : seed_(seed), place_(place), parameters_(parameters), buffers_(buffers) {}

  void enter(const std::string& layer) { layer_ = layer; }

  Tensor parameter(const std::string& name, const Shape& shape, const Initializer& init,
                   int64_t fan_in, int64_t fan_out) override {
    const std::string full = layer_ + "." + name;
    Tensor values = at::empty(shape, at::kDouble);
    init.fill(values, random_stream(seed_, "init", full), fan_in, fan_out);
    parameters_.push_back({full, values.to(place_)});
    return parameters_.back().value;
  }

  Tensor buffer(const std::string& name, const Shape& shape, double value) override {
    buffers_.push_back({layer_ + "." + name, at::full(shape, value, place_)});
    return buffers_.back().value;
  }

 private:
  uint64_t seed_;
  at::TensorOptions place_;
  std::vector<Parameter>&parameters_, &buffers_;
  std::string layer_;
};

/// Counts parameters without allocating them, and refuses numbers that no memory holds, before they
/// overflow.
class Counter final : public ParameterFactory {
 public:
  int64_t count = 0;
  Tensor parameter(const std::string& name, const Shape& shape, const Initializer&, int64_t,
                   int64_t) override {
    count += size_of(name, shape);
    return {};
  }
  Tensor buffer(const std::string& name, const Shape& shape, double) override {
    size_of(name, shape);
    return {};
  }

 private:
  static int64_t size_of(const std::string& name, const Shape& shape) {
    int64_t size = 1;
    for (const int64_t n : shape) {
      if (n > 0 && size > kMost / n)
        throw LayerError(fmt::format("its {} would hold {} numbers, more than any memory does",
                                     name, shape_text(shape)));
      size *= n;
    }
    return size;
  }

  static constexpr int64_t kMost = int64_t{1} << 44;
};

PlacedLayer created(const ComponentRef& ref) {
  PlacedLayer placed;
  placed.type = ref.type;
  placed.ref = ref;
  placed.layer = std::static_pointer_cast<Layer>(create_component(ref));
  return placed;
}

/// Whether a decoder of data in this range ends in the layer. Every layer there is gets asked, and
/// one that nobody named must spoil nothing: what it throws means no.
bool ends_decoder_of(const PlacedLayer& placed, const Range& range) {
  try {
    return placed.layer->role() == Layer::Role::activation && placed.layer->ends_decoder() &&
           placed.layer->range() == range;
  } catch (...) {
    return false;
  }
}

/// The activation that a decoder of images ends in, found by its range: no layer is known by name.
std::optional<PlacedLayer> activation_for(const Range& range) {
  const Registry& registry = Registry::instance();
  for (const std::string& name : registry.names(Layer::family)) {
    ComponentRef ref;
    ref.type = name;
    ref.info = registry.find(Layer::family, name);
    ref.params = ref.info->make_params();
    try {
      PlacedLayer placed = created(ref);
      if (ends_decoder_of(placed, range)) return placed;
    } catch (const ComponentError&) {  // likewise
    }
  }
  return std::nullopt;
}

/// The activation whose values arrive at a place in the encoder, created anew; nothing where a
/// transform's free values do.
std::optional<PlacedLayer> activation_arriving(const std::vector<const PlacedLayer*>& before,
                                               const Range& data_range) {
  for (auto it = before.rbegin(); it != before.rend(); ++it) {
    const Layer::Role role = (*it)->layer->role();
    if (role == Layer::Role::transform) return std::nullopt;
    if (role == Layer::Role::activation) return created((*it)->ref);
  }
  return activation_for(data_range);
}

/// What a mirror is called where it does not say so: a layer of the same kind has its name.
std::string mirror_type(const PlacedLayer& source, const Layer& mirror) {
  const Layer& original = *source.layer;
  return typeid(mirror) == typeid(original) ? source.type : "mirror of " + source.type;
}

/// "layer encoder.0.1 (swish of libswish.so)"
std::string described(const PlacedLayer& placed) {
  const bool plugin = placed.ref.info != nullptr && !placed.ref.info->library.empty();
  return fmt::format("layer {} ({}{})", placed.name, placed.type,
                     plugin ? " of " + placed.ref.info->library : "");
}

/// A layer's pass, held to what it said of itself; what goes wrong is told with its name.
Tensor pass(const PlacedLayer& placed, const Tensor& x, const ForwardContext& context) {
  Tensor y;
  const CrashFile::InLayer here(placed.name.c_str());
  try {
    y = placed.layer->forward(x, context);
  } catch (...) {
    throw RunError(fmt::format("{}: {}", described(placed), current_exception_text()));
  }
  if (!y.defined()) throw RunError(described(placed) + " gives no tensor");
  const at::IntArrayRef sizes = y.sizes();
  if (sizes.empty() || sizes[0] != x.size(0) || sizes.slice(1) != at::IntArrayRef(placed.output))
    throw RunError(fmt::format("{} gives {}, and said {}", described(placed),
                               shape_text(sizes.vec()),
                               shape_text(batch_shape(x.size(0), placed.output))));
  return y;
}

/// Asks a layer that is being placed; a LayerError is a refusal, for the caller to place, and
/// whatever else it throws is told with its name.
template <class Body>
auto asked(const PlacedLayer& placed, const char* what, Body&& body) {
  try {
    return body(*placed.layer);
  } catch (const LayerError&) {
    throw;
  } catch (const UserError& e) {
    throw ComponentError(placed.ref, fmt::format("{}: {}", what, e.what()));
  } catch (...) {
    rethrow_of_component(placed.ref, what);
  }
}

/// What is wrong with a layer's backward pass, from a gradient of ones; "" where nothing is.
std::string backward_fault_of(const PlacedLayer& placed, const Tensor& in, const Tensor& out) {
  if (!out.requires_grad()) return described(placed) + " passes no gradient";
  try {
    out.backward(at::ones_like(out));
  } catch (...) {
    return fmt::format("{}: backward(): {}", described(placed), current_exception_text());
  }
  if (!in.grad().defined()) return described(placed) + " passes no gradient";
  if (!at::isfinite(in.grad()).all().item<bool>())
    return fmt::format("the gradient of {} holds NaN or infinity", described(placed));
  return {};
}

/// x in the block's input shape, where the one before it was written out and ends flat.
Tensor entering(const Block& block, const Tensor& x) {
  const std::vector<int64_t> expected = batch_shape(x.size(0), block.input);
  return x.sizes() == at::IntArrayRef(expected) ? x : x.reshape(expected);
}

}  // namespace

Block& Stack::place(std::shared_ptr<Block> block, const LayerContext& context, size_t* failed) {
  Shape shape = block->input;
  Range range = block->input_range;
  const auto transforms = [](const PlacedLayer& placed) {
    return asked(placed, "role()",
                 [](const Layer& layer) { return layer.role() == Layer::Role::transform; });
  };
  const auto last = std::find_if(block->layers.rbegin(), block->layers.rend(), transforms).base();
  for (size_t i = 0; i < block->layers.size(); ++i) {
    PlacedLayer& placed = block->layers[i];
    if (failed != nullptr) *failed = i;
    const bool ends = block->layers.begin() + static_cast<long>(i) + 1 >= last;
    const LayerContext known = ends ? context : LayerContext{};
    placed.name = fmt::format("{}.{}", block->name, i);
    placed.input = shape;
    shape = placed.output =
        asked(placed, "configure()", [&](Layer& layer) { return layer.configure(shape, known); });
    Counter counter;
    asked(placed, "build()", [&](Layer& layer) { layer.build(counter); });
    placed.parameters = counter.count;
    if (placed.mirrors)
      placed.mirror =
          asked(placed, "written_out()", [](const Layer& layer) { return layer.written_out(); });
    if (placed.mirror.is_object()) placed.type = placed.mirror.value("type", placed.type);
    range = asked(placed, "range()", [&](const Layer& layer) {
      return layer.role() == Layer::Role::passthrough ? range : layer.range();
    });
  }
  block->output = shape;
  block->output_range = range;
  blocks_.push_back(std::move(block));
  return *blocks_.back();
}

const Block& Stack::add(const std::string& name, const std::vector<ComponentRef>& layers,
                        const Shape& input, const Range& input_range, const LayerContext& context,
                        size_t* failed) {
  auto block = std::make_shared<Block>();
  block->name = name;
  block->input = input;
  block->input_range = input_range;
  for (const ComponentRef& ref : layers) block->layers.push_back(created(ref));
  return place(std::move(block), context, failed);
}

const Block& Stack::add_mirror(const std::string& name, const Block& encoder,
                               const std::vector<const Block*>& before,
                               const MirrorContext& context, size_t* failed) {
  auto block = std::make_shared<Block>();
  block->name = name;
  block->input = encoder.output;
  block->input_range = encoder.output_range;
  std::vector<const PlacedLayer*> chain;  // all layers from the images to the code
  for (const Block* outer : before)
    for (const PlacedLayer& layer : outer->layers) chain.push_back(&layer);
  const size_t first = chain.size();
  for (const PlacedLayer& layer : encoder.layers) chain.push_back(&layer);
  const Range data_range = before.empty() ? encoder.input_range : before.front()->input_range;

  while (chain.size() > first) {
    const PlacedLayer& source = *chain.back();
    chain.pop_back();
    if (failed != nullptr) *failed = chain.size() - first;
    std::shared_ptr<Layer> mirror =
        asked(source, "mirror()", [&](const Layer& layer) { return layer.mirror(context); });
    if (mirror == nullptr) continue;
    PlacedLayer placed;
    placed.type = mirror_type(source, *mirror);
    placed.ref = source.ref;
    placed.mirrors = true;
    if (context.tied && source.parameters > 0) placed.tied_to = source.name;
    placed.layer = std::move(mirror);
    const bool transform = placed.layer->role() == Layer::Role::transform;
    block->layers.push_back(std::move(placed));
    if (!transform) continue;
    if (auto activation = activation_arriving(chain, data_range))
      block->layers.push_back(std::move(*activation));
  }
  if (failed != nullptr) *failed = encoder.layers.size();
  return place(std::move(block), {}, nullptr);
}

void Stack::build(uint64_t seed, at::ScalarType dtype, at::Device device) {
  parameters_.clear();
  buffers_.clear();
  Drawer drawer(seed, at::TensorOptions(device).dtype(dtype), parameters_, buffers_);
  for (const auto& block : blocks_) {
    for (PlacedLayer& placed : block->layers) {
      drawer.enter(placed.name);
      asked(placed, "build()", [&](Layer& layer) { layer.build(drawer); });
    }
  }
}

bool Stack::has(const std::string& name) const {
  return std::any_of(blocks_.begin(), blocks_.end(),
                     [&](const auto& b) { return b->name == name; });
}

const Block& Stack::block(const std::string& name) const {
  for (const auto& block : blocks_)
    if (block->name == name) return *block;
  throw RunError(fmt::format("the stack has no block '{}'", name));
}

Tensor Stack::forward(const std::vector<std::string>& blocks, Tensor x,
                      const ForwardContext& context) const {
  ForwardContext place = context;
  for (const std::string& name : blocks) {
    x = entering(block(name), x);
    for (const PlacedLayer& placed : block(name).layers) {
      place.layer = placed.name;
      place.update_buffers = place.training && placed.trains;
      x = pass(placed, x, place);
    }
  }
  return x;
}

std::string Stack::first_not_finite(const std::vector<std::string>& blocks, Tensor x,
                                    const ForwardContext& context) const {
  ForwardContext place = context;
  for (const std::string& name : blocks) {
    x = entering(block(name), x);
    for (const PlacedLayer& placed : block(name).layers) {
      place.layer = placed.name;
      x = pass(placed, x, place);
      if (!at::isfinite(x).all().item<bool>()) return described(placed);
    }
  }
  return {};
}

std::string Stack::backward_fault(const std::vector<std::string>& blocks, Tensor x,
                                  const ForwardContext& context) const {
  struct Passed {
    const PlacedLayer& placed;
    Tensor in, out;
  };
  std::vector<Passed> passes;
  ForwardContext place = context;
  for (const std::string& name : blocks) {
    x = entering(block(name), x);
    for (const PlacedLayer& placed : block(name).layers) {
      place.layer = placed.name;
      const Tensor in = x.detach().clone().set_requires_grad(true);
      const Tensor kept = x.detach();
      x = pass(placed, in, place);
      if (at::isfinite(kept).all().item<bool>() && !at::equal(in, kept))
        return described(placed) + " writes into its input";
      passes.push_back({placed, in, x});
    }
  }
  for (auto it = passes.rbegin(); it != passes.rend(); ++it)
    if (std::string fault = backward_fault_of(it->placed, it->in, it->out); !fault.empty())
      return fault;
  return {};
}

namespace {

std::vector<Parameter> chosen(const std::vector<Parameter>& all,
                              const std::vector<std::string>& blocks) {
  std::vector<Parameter> chosen;
  for (const std::string& name : blocks)
    for (const Parameter& tensor : all)
      if (names_part(name, tensor.name)) chosen.push_back(tensor);
  return chosen;
}

}  // namespace

std::vector<Parameter> Stack::parameters(const std::vector<std::string>& blocks) const {
  return chosen(parameters_, blocks);
}

std::vector<Parameter> Stack::buffers(const std::vector<std::string>& blocks) const {
  return chosen(buffers_, blocks);
}

std::vector<Parameter> Stack::tensors(const std::vector<std::string>& blocks) const {
  std::vector<Parameter> all = parameters(blocks);
  for (Parameter& buffer : buffers(blocks)) all.push_back(std::move(buffer));
  return all;
}

void Stack::let_train(const std::vector<std::string>& blocks,
                      const std::vector<std::string>& frozen) {
  for (const auto& block : blocks_) {
    const bool trains = std::count(blocks.begin(), blocks.end(), block->name) > 0;
    for (PlacedLayer& placed : block->layers)
      placed.trains = trains && std::none_of(frozen.begin(), frozen.end(), [&](const auto& name) {
                        return names_part(name, placed.name);
                      });
  }
}

int64_t Block::parameters() const {
  int64_t sum = 0;
  for (const PlacedLayer& placed : layers) sum += placed.parameters;
  return sum;
}

}  // namespace strata
