#include "strata/core/corruption.hpp"

namespace strata {
namespace {

class Gaussian final : public Corruption {
 public:
  struct Params {
    double std = 0.3;
    static void declare(Declare<Params>& d) {
      d.doc("Adds normal noise of zero mean (Vincent et al. 2010). Values may leave their range.");
      d.known_as({"GaussianNoise", "normal"});
      d.add("std", &Params::std, "the noise's standard deviation").min(0);
    }
  };
  explicit Gaussian(const Params& params) : params_(params) {}

  Tensor apply(const Tensor& x, const NoisePlace& place) const override {
    return normal_noise(x, place).mul_(params_.std).add_(x);
  }

  CorruptionForm form() const override { return {CorruptionOp::gaussian, 0, params_.std}; }

 private:
  Params params_;
};

STRATA_REGISTER(Corruption, Gaussian, "gaussian");

}  // namespace
}  // namespace strata
