#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/hardtanh.h>
#endif

namespace strata {
namespace {

/// min(max(x, -1), 1) (Collobert 2004).
class HardTanh final : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("x, cut off at -1 and 1 (Collobert 2004)."); }
  };
  explicit HardTanh(const Params&) {}

  Range range() const override { return {-1, 1}; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::hardtanh(x); }
};

STRATA_REGISTER(Layer, HardTanh, "hard_tanh");

}  // namespace
}  // namespace strata
