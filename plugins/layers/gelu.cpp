#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/gelu.h>
#endif

namespace strata {
namespace {

/// x Phi(x), Phi the standard normal's distribution function, computed exactly (Hendrycks and
/// Gimpel 2016).
class Gelu final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("The Gaussian error linear unit x Phi(x) (Hendrycks and Gimpel 2016).");
    }
  };
  explicit Gelu(const Params&) {}

  /// Its least value is -0.16997, at -0.7518.
  Range range() const override { return {-0.17, std::numeric_limits<double>::infinity()}; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::gelu(x); }
};

STRATA_REGISTER(Layer, Gelu, "gelu");

}  // namespace
}  // namespace strata
