#include <fmt/format.h>

#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// Asks for a layer's tensors under its place in a chain: "0.weight".
class BelowFactory final : public ParameterFactory {
 public:
  BelowFactory(ParameterFactory& outer, std::string place)
      : outer_(outer), place_(std::move(place)) {}
  Tensor parameter(const std::string& name, const Shape& shape, const Initializer& init,
                   int64_t fan_in, int64_t fan_out) override {
    return outer_.parameter(place_ + name, shape, init, fan_in, fan_out);
  }
  Tensor buffer(const std::string& name, const Shape& shape, double value) override {
    return outer_.buffer(place_ + name, shape, value);
  }

 private:
  ParameterFactory& outer_;
  std::string place_;
};

/// y = x + chain(x) (He et al. 2016, equation 1). Its mirror is residual too, around the chain
/// backwards: each transform undone, and after it the activation whose values the transform had
/// been given.
class Residual final : public Layer {
 public:
  struct Params {
    std::vector<Slot<Layer>> layers;
    static void declare(Declare<Params>& d) {
      d.doc(
          "A chain of layers around which its input is added: y = x + chain(x), of one shape (He "
          "et "
          "al. 2016). Its mirror is such a chain backwards.");
      d.known_as({"ResidualBlock", "skip_connection", "resnet_block", "shortcut"});
      d.example("{type: residual, layers: [tanh, layer_norm]}");
      d.add("layers", &Params::layers, "the chain, whose output has its input's shape")
          .known_as({"chain", "block", "branch"})
          .required();
      d.check([](const Params& p, Check& check) {
        if (p.layers.empty()) check.error("layers", "expected at least one layer");
      });
    }
  };

  explicit Residual(const Params& params) {
    for (const Slot<Layer>& slot : params.layers) chain_.push_back({make(slot), slot, slot.dump()});
  }

  Role role() const override { return Role::transform; }

  Shape configure(const Shape& input, const LayerContext&) override {
    Shape shape = input;
    for (size_t i = 0; i < chain_.size(); ++i) {
      try {
        shape = chain_[i].layer->configure(shape, {});
      } catch (const LayerError& e) {
        throw LayerError(fmt::format("layers[{}] ({}): {}", i, chain_[i].ref.type, e.what()));
      }
    }
    if (shape != input)
      throw LayerError(
          fmt::format("its layers make {} of {}, and the two are added: expected one "
                      "shape",
                      shape_text(shape), shape_text(input)));
    return input;
  }

  void build(ParameterFactory& factory) override {
    for (size_t i = 0; i < chain_.size(); ++i) {
      BelowFactory below(factory, fmt::format("{}.", i));
      chain_[i].layer->build(below);
    }
  }

  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    Tensor y = x;
    ForwardContext place = context;
    for (size_t i = 0; i < chain_.size(); ++i) {
      place.layer = fmt::format("{}.{}", context.layer, i);
      y = chain_[i].layer->forward(y, place);
    }
    return x + y;
  }

  std::shared_ptr<Layer> mirror(const MirrorContext& context) const override {
    auto mirror = std::make_shared<Residual>(Params{});
    for (size_t i = chain_.size(); i-- > 0;) {
      const std::shared_ptr<Layer> undone = chain_[i].layer->mirror(context);
      if (undone == nullptr) continue;
      mirror->chain_.push_back({undone, chain_[i].ref, nullptr});
      if (undone->role() == Role::transform)
        if (const Link* arriving = activation_before(i))
          mirror->chain_.push_back({make(arriving->ref), arriving->ref, arriving->written});
    }
    return mirror->chain_.empty() ? nullptr : mirror;
  }

  Json written_out() const override {
    Json layers = Json::array();
    for (const Link& link : chain_)
      layers.push_back(link.written.is_null() ? link.layer->written_out() : link.written);
    return {{"type", "residual"}, {"layers", layers}};
  }

 private:
  struct Link {
    std::shared_ptr<Layer> layer;
    Slot<Layer> ref;  // of a mirror, that of the layer that it undoes
    Json written;     // null of a mirror
  };

  /// The activation whose values reach place i; null where a transform's do, or the block's input.
  const Link* activation_before(size_t i) const {
    while (i-- > 0) {
      if (chain_[i].layer->role() == Role::activation) return &chain_[i];
      if (chain_[i].layer->role() == Role::transform) return nullptr;
    }
    return nullptr;
  }

  std::vector<Link> chain_;
};

STRATA_REGISTER(Layer, Residual, "residual");

}  // namespace
}  // namespace strata
