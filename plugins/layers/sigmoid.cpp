#include "strata/core/layer.hpp"

namespace strata {
namespace {

class Sigmoid final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("The logistic function 1 / (1 + exp(-x)), in [0, 1].");
      d.known_as({"logistic"});
    }
  };
  explicit Sigmoid(const Params&) {}

  Range range() const override { return {0, 1}; }
  bool ends_decoder() const override { return true; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::sigmoid(x); }
  LayerForm form() const override { return {LayerOp::sigmoid}; }
};

STRATA_REGISTER(Layer, Sigmoid, "sigmoid");

}  // namespace
}  // namespace strata
