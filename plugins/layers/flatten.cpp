#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// Gives a flat sample its shape back.
class Unflatten final : public Layer {
 public:
  explicit Unflatten(Shape output) : output_(std::move(output)) {}
  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape&, const LayerContext&) override { return output_; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return x.reshape(batch_shape(x.size(0), output_));
  }
  LayerForm form() const override { return {LayerOp::reshape}; }
  Json written_out() const override { return {{"type", "unflatten"}, {"shape", output_}}; }

 private:
  Shape output_;
};

class Flatten final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("All elements of a sample in a row. Its mirror restores their shape.");
      d.known_as({"Reshape", "Unflatten"});
    }
  };
  explicit Flatten(const Params&) {}

  Role role() const override { return Role::passthrough; }

  Shape configure(const Shape& input, const LayerContext&) override {
    input_ = input;
    return {element_count(input)};
  }

  Tensor forward(const Tensor& x, const ForwardContext&) const override { return x.flatten(1); }
  LayerForm form() const override { return {LayerOp::reshape}; }

  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    return std::make_shared<Unflatten>(input_);
  }

 private:
  Shape input_;
};

STRATA_REGISTER(Layer, Flatten, "flatten");

}  // namespace
}  // namespace strata
