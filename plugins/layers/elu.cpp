#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/elu.h>
#endif

namespace strata {
namespace {

/// x where x > 0, else alpha (exp(x) - 1) (Clevert, Unterthiner and Hochreiter 2016, equation 15).
class Elu final : public Activation {
 public:
  struct Params {
    double alpha = 1;
    static void declare(Declare<Params>& d) {
      d.doc(
          "The exponential linear unit: x above 0, alpha (exp(x) - 1) below (Clevert et al. "
          "2016).");
      d.add("alpha", &Params::alpha, "minus the least value").above(0);
    }
  };
  explicit Elu(const Params& params) : params_(params) {}

  Range range() const override { return {-params_.alpha, std::numeric_limits<double>::infinity()}; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::elu(x, params_.alpha);
  }

 private:
  Params params_;
};

STRATA_REGISTER(Layer, Elu, "elu");

}  // namespace
}  // namespace strata
