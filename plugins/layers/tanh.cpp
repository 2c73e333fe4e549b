#include "strata/core/layer.hpp"

namespace strata {
namespace {

class Tanh final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("The hyperbolic tangent, in [-1, 1]."); }
  };
  explicit Tanh(const Params&) {}

  Range range() const override { return {-1, 1}; }
  bool ends_decoder() const override { return true; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::tanh(x); }
  LayerForm form() const override { return {LayerOp::tanh}; }
};

STRATA_REGISTER(Layer, Tanh, "tanh");

}  // namespace
}  // namespace strata
