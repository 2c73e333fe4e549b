#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// log(exp(x_i) / sum_j exp(x_j)) over all elements of a sample.
class LogSoftmax final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Log-probabilities: x - log(sum(exp(x))) over a sample's elements.");
    }
  };
  explicit LogSoftmax(const Params&) {}

  Role role() const override { return Role::activation; }
  Shape configure(const Shape& input, const LayerContext&) override { return input; }
  Range range() const override { return {-std::numeric_limits<double>::infinity(), 0}; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::log_softmax(x.flatten(1), 1).view(x.sizes());
  }
  LayerForm form() const override { return {LayerOp::log_softmax}; }
  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    throw LayerError("log_softmax cannot be mirrored; write the decoder out under 'decoder'");
  }
};

STRATA_REGISTER(Layer, LogSoftmax, "log_softmax");

}  // namespace
}  // namespace strata
