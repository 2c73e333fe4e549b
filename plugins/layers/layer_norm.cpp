#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/layer_norm.h>
#endif

namespace strata {
namespace {

/// y = weight (x - mean) / sqrt(variance + eps) + bias, mean and variance taken over a sample's
/// elements (Ba, Kiros and Hinton 2016, equation 3 for one layer).
class LayerNorm final : public Layer {
 public:
  struct Params {
    double eps = 1e-5;
    Slot<Initializer> weight_init{"ones"};
    Slot<Initializer> bias_init{"zeros"};

    static void declare(Declare<Params>& d) {
      d.doc(
          "Gives each sample mean 0 and variance 1 over its elements, then each element a learned "
          "scale and offset (Ba et al. 2016). Decoders have none of it.");
      d.known_as({"LayerNormalization"});
      d.add("eps", &Params::eps, "added to the variance").known_as({"epsilon"}).above(0);
      d.add("weight_init", &Params::weight_init, "how the scales start")
          .known_as({"gamma_initializer"});
      d.add("bias_init", &Params::bias_init, "how the offsets start")
          .known_as({"beta_initializer"});
    }
  };
  explicit LayerNorm(const Params& params) : params_(params) {}

  Role role() const override { return Role::transform; }
  Shape configure(const Shape& input, const LayerContext&) override { return shape_ = input; }

  void build(ParameterFactory& factory) override {
    weight_ = factory.parameter("weight", shape_, *make(params_.weight_init), 1, 1);
    bias_ = factory.parameter("bias", shape_, *make(params_.bias_init), 1, 1);
  }

  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::layer_norm(x, shape_, weight_, bias_, params_.eps);
  }

  std::shared_ptr<Layer> mirror(const MirrorContext&) const override { return nullptr; }

 private:
  Params params_;
  Shape shape_;
  Tensor weight_, bias_;
};

STRATA_REGISTER(Layer, LayerNorm, "layer_norm");

}  // namespace
}  // namespace strata
