#include <fmt/format.h>

#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// The same elements, row-major, in another shape.
class Reshape final : public Layer {
 public:
  struct Params {
    std::vector<int64_t> shape;
    static void declare(Declare<Params>& d) {
      d.doc("Gives a sample another shape with as many elements. Its mirror restores the old one.");
      d.known_as({"View", "Unflatten"});
      d.example("{type: reshape, shape: [2, 3]}");
      d.add("shape", &Params::shape, "sizes of a sample: [channels, height, width], or [features]")
          .known_as({"target_shape", "dims", "size", "unflattened_size"})
          .required()
          .min(1);
      d.check([](const Params& p, Check& check) {
        if (p.shape.empty()) check.error("shape", "expected at least one size");
      });
    }
  };
  explicit Reshape(const Params& params) : output_(params.shape) {}

  Role role() const override { return Role::passthrough; }

  Shape configure(const Shape& input, const LayerContext&) override {
    input_ = input;
    if (element_count(input) != element_count(output_))
      throw LayerError(fmt::format("shape has {} elements ({}), and the input has {} ({})",
                                   element_count(output_), shape_text(output_),
                                   element_count(input), shape_text(input)));
    return output_;
  }

  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return x.reshape(batch_shape(x.size(0), output_));
  }
  LayerForm form() const override { return {LayerOp::reshape}; }
  Json written_out() const override { return {{"type", "reshape"}, {"shape", output_}}; }

  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    return std::make_shared<Reshape>(Params{input_});
  }

 private:
  Shape input_, output_;
};

STRATA_REGISTER(Layer, Reshape, "reshape");

class Flatten final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("All elements of a sample in a row. Its mirror restores their shape.");
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
    return std::make_shared<Reshape>(Reshape::Params{input_});
  }

 private:
  Shape input_;
};

STRATA_REGISTER(Layer, Flatten, "flatten");

}  // namespace
}  // namespace strata
