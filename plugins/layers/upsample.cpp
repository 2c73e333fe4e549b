#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// The mean of each scale x scale window.
class AveragePool final : public Layer {
 public:
  explicit AveragePool(int64_t scale) : scale_(scale) {}
  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape& input, const LayerContext&) override {
    return {input[0], input[1] / scale_, input[2] / scale_};
  }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::avg_pool2d(x, scale_);
  }
  LayerForm form() const override {
    LayerForm form{LayerOp::mean_pool};
    form.kernel = form.stride = {scale_, scale_};
    return form;
  }
  Json written_out() const override { return {{"type", "avg_pool2d"}, {"size", scale_}}; }

 private:
  int64_t scale_;
};

class Upsample final : public Layer {
 public:
  struct Params {
    int64_t scale = 2;
    static void declare(Declare<Params>& d) {
      d.doc("Enlarges an image, repeating each pixel. Its mirror takes the mean of each window.");
      d.known_as({"UpSampling2D", "UpsamplingNearest2d"});
      d.add("scale", &Params::scale, "how often each pixel is repeated, down and across")
          .known_as({"scale_factor", "size", "factor"})
          .min(1);
    }
  };
  explicit Upsample(const Params& params) : scale_(params.scale) {}

  Role role() const override { return Role::passthrough; }

  Shape configure(const Shape& input, const LayerContext&) override {
    expect_image(input);
    return {input[0], input[1] * scale_, input[2] * scale_};
  }

  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::upsample_nearest2d(x, {x.size(2) * scale_, x.size(3) * scale_});
  }
  LayerForm form() const override { return {LayerOp::resize_nearest}; }

  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    return std::make_shared<AveragePool>(scale_);
  }

 private:
  int64_t scale_;
};

STRATA_REGISTER(Layer, Upsample, "upsample");

}  // namespace
}  // namespace strata
