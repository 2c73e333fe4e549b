#include "strata/core/layer.hpp"
#include "strata/core/noise.hpp"

namespace strata {
namespace {

/// While training: x / (1 - rate) where an element is kept, 0 where it is not. Else x.
class Dropout final : public Layer {
 public:
  struct Params {
    double rate = 0.5;
    static void declare(Declare<Params>& d) {
      d.doc(
          "Sets elements to zero at random while training, the others scaled up to keep the mean "
          "(Srivastava et al. 2014). Decoders have none of it.");
      d.known_as({"SpatialDropout"});
      d.add("rate", &Params::rate, "probability that an element is dropped")
          .known_as({"p", "dropout_ratio", "prob"})
          .min(0)
          .below(1);
    }
  };
  explicit Dropout(const Params& params) : params_(params) {}

  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }

  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    if (!context.training || params_.rate == 0) return x;
    const Tensor u = uniform_noise(x, noise_place(context, "dropout", x));
    return x * u.ge_(params_.rate).div_(1 - params_.rate);
  }
  LayerForm form() const override { return {LayerOp::dropout}; }

 private:
  Params params_;
};

STRATA_REGISTER(Layer, Dropout, "dropout");

}  // namespace
}  // namespace strata
