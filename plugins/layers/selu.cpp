#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/selu.h>
#endif

namespace strata {
namespace {

/// scale x where x > 0, else scale alpha (exp(x) - 1), with the constants of Klambauer et al. 2017
/// (equation 2), under which mean 0 and variance 1 are a fixed point.
class Selu final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "The scaled exponential linear unit, whose outputs keep mean 0 and variance 1 "
          "(Klambauer et al. 2017).");
    }
  };
  explicit Selu(const Params&) {}

  Range range() const override {
    return {-1.0507009873554805 * 1.6732632423543772, std::numeric_limits<double>::infinity()};
  }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::selu(x); }
};

STRATA_REGISTER(Layer, Selu, "selu");

}  // namespace
}  // namespace strata
