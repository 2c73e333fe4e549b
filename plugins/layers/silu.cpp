#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/silu.h>
#endif

namespace strata {
namespace {

/// x / (1 + exp(-x)) (Elfwing, Uchibe and Doya 2018; Ramachandran et al. 2017 call it swish).
class Silu final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("The sigmoid-weighted linear unit x sigmoid(x) (Elfwing et al. 2018).");
      d.known_as({"swish"});
    }
  };
  explicit Silu(const Params&) {}

  /// Its least value is -0.27846, at -1.2785.
  Range range() const override { return {-0.2785, std::numeric_limits<double>::infinity()}; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::silu(x); }
};

STRATA_REGISTER(Layer, Silu, "silu");

}  // namespace
}  // namespace strata
