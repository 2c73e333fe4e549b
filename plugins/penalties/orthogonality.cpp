#include "strata/core/penalty.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/eye.h>
#endif

namespace strata {
namespace {

/// The sum over the encoders' weights, as matrices W {outputs, rest}, of |W W^T - I|^2, or of
/// |W^T W - I|^2 where there are fewer columns than rows (Bansal, Chen and Wang 2018, equation 1).
class Orthogonality final : public Penalty {
 public:
  struct Params : PenaltyParams {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Keeps the rows of the encoders' weights, or the columns where there are fewer, of "
          "length "
          "1 and at right angles (Bansal et al. 2018).");
      d.known_as({"orthogonal", "OrthogonalRegularizer"});
      declare_common(d);
    }
  };
  explicit Orthogonality(const Params& params) : params_(params) {}

  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }

  Tensor forward(const PenaltyBatch& batch) const override {
    Tensor sum = at::zeros({}, batch.code.options());
    for (const Parameter& p : batch.parameters) {
      if (p.value.dim() < 2) continue;
      const Tensor w = p.value.flatten(1);
      const Tensor products = w.size(0) <= w.size(1) ? w.matmul(w.t()) : w.t().matmul(w);
      sum = sum + (products - at::eye(products.size(0), products.options())).square().sum();
    }
    return sum;
  }

 private:
  Params params_;
};

STRATA_REGISTER(Penalty, Orthogonality, "orthogonality");

}  // namespace
}  // namespace strata
