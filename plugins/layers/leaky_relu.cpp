#include "strata/core/layer.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/leaky_relu.h>
#endif

namespace strata {
namespace {

/// x where x > 0, else slope x (Maas, Hannun and Ng 2013).
class LeakyRelu final : public Activation {
 public:
  struct Params {
    double slope = 0.01;
    static void declare(Declare<Params>& d) {
      d.doc("A rectifier that lets a share of what is below 0 through (Maas et al. 2013).");
      d.known_as({"LReLU"});
      d.add("slope", &Params::slope, "factor of inputs below 0")
          .known_as({"negative_slope", "alpha"})
          .min(0)
          .below(1);
    }
  };
  explicit LeakyRelu(const Params& params) : params_(params) {}

  Range range() const override {
    const double inf = std::numeric_limits<double>::infinity();
    return {params_.slope > 0 ? -inf : 0, inf};
  }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::leaky_relu(x, params_.slope);
  }

 private:
  Params params_;
};

STRATA_REGISTER(Layer, LeakyRelu, "leaky_relu");

}  // namespace
}  // namespace strata
