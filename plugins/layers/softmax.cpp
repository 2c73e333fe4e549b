#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/softmax.h>
#endif

namespace strata {
namespace {

/// exp(x_i) / sum_j exp(x_j) over all elements of a sample.
class Softmax final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Probabilities: exp(x) / sum(exp(x)) over a sample's elements. A classifier's head "
          "ends in log_softmax, or in linear under cross_entropy, instead.");
    }
  };
  explicit Softmax(const Params&) {}

  Role role() const override { return Role::activation; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  Range range() const override { return {0, 1}; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::softmax(x.flatten(1), 1).view(x.sizes());
  }
  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    throw LayerError("softmax cannot be mirrored; write the decoder out under 'decoder'");
  }
};

STRATA_REGISTER(Layer, Softmax, "softmax");

}  // namespace
}  // namespace strata
