#include "strata/core/corruption.hpp"

namespace strata {
namespace {

class Masking final : public Corruption {
 public:
  struct Params {
    double rate = 0.25;
    static void declare(Declare<Params>& d) {
      d.doc("Sets elements to zero, each with the same probability (Vincent et al. 2008).");
      d.known_as({"dropout", "mask", "zero"});
      d.add("rate", &Params::rate, "probability that an element is lost").min(0).max(1);
    }
  };
  explicit Masking(const Params& params) : params_(params) {}

  Tensor apply(const Tensor& x, const NoisePlace& place) const override {
    return x * uniform_noise(x, place).ge_(params_.rate);
  }

  CorruptionForm form() const override { return {CorruptionOp::masking, params_.rate}; }

 private:
  Params params_;
};

STRATA_REGISTER(Corruption, Masking, "masking");

}  // namespace
}  // namespace strata
