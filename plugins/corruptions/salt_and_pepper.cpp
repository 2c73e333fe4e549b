#include "strata/core/corruption.hpp"

namespace strata {
namespace {

/// With u uniform in [0, 1): low where u < rate / 2, high where rate / 2 <= u < rate, else x.
class SaltAndPepper final : public Corruption {
 public:
  struct Params {
    double rate = 0.25;
    double low = 0;
    double high = 1;
    static void declare(Declare<Params>& d) {
      d.doc(
          "Sets elements to the lowest or the highest value, one as often as the other (Vincent et "
          "al. 2010).");
      d.known_as({"salt_pepper", "impulse"});
      d.add("rate", &Params::rate, "probability that an element is lost").min(0).max(1);
      d.add("low", &Params::low, "the lowest value; -1 for codes that end in tanh");
      d.add("high", &Params::high, "the highest value");
      d.check([](const Params& p, Check& check) {
        if (p.low >= p.high) check.error("low", "expected low to be less than high");
      });
    }
  };
  explicit SaltAndPepper(const Params& params) : params_(params) {}

  Tensor apply(const Tensor& x, const NoisePlace& place) const override {
    const Tensor u = uniform_noise(x, place);
    return x.masked_fill(u < params_.rate, params_.high)
        .masked_fill_(u < params_.rate / 2, params_.low);
  }

  CorruptionForm form() const override {
    return {CorruptionOp::salt_and_pepper, params_.rate, 0, params_.low, params_.high};
  }

 private:
  Params params_;
};

STRATA_REGISTER(Corruption, SaltAndPepper, "salt_and_pepper");

}  // namespace
}  // namespace strata
