#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/softplus.h>
#endif

namespace strata {
namespace {

/// log(1 + exp(x)) (Dugas et al. 2001).
class Softplus final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("A smooth rectifier: log(1 + exp(x)) (Dugas et al. 2001).");
    }
  };
  explicit Softplus(const Params&) {}

  Range range() const override { return {0, std::numeric_limits<double>::infinity()}; }
  /// Linear from where log(1 + exp(-x)) is lost in float64 as well.
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::softplus(x, 1, 40);
  }
};

STRATA_REGISTER(Layer, Softplus, "softplus");

}  // namespace
}  // namespace strata
