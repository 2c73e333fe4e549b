// Turns the images' brightness down by a random part: a corruption with a parameter, to put your own
// in the place of.
#include "strata/core/corruption.hpp"

namespace strata {
namespace {

class @Class@ final : public Corruption {
 public:
  struct Params {
    double most = 0.5;
    static void declare(Declare<Params>& d) {
      d.doc("Scales each element by a random number between 1 - most and 1.");
      d.add("most", &Params::most, "the largest part that is taken away").min(0).max(1);
    }
  };
  explicit @Class@(const Params& params) : most_(params.most) {}

  Tensor apply(const Tensor& x, const NoisePlace& place) const override {
    return x * (1 - most_ * uniform_noise(x, place));
  }

 private:
  double most_;
};

STRATA_REGISTER(Corruption, @Class@, "@name@");

}  // namespace
}  // namespace strata
