#include "strata/core/layer.hpp"

namespace strata {
namespace {

class Relu final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("The rectifier max(x, 0)."); }
  };
  explicit Relu(const Params&) {}

  Range range() const override { return {0, std::numeric_limits<double>::infinity()}; }
  bool ends_decoder() const override { return true; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::relu(x); }
  LayerForm form() const override { return {LayerOp::relu}; }
};

STRATA_REGISTER(Layer, Relu, "relu");

}  // namespace
}  // namespace strata
