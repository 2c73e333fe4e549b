#include <cmath>

#include "strata/core/schedule.hpp"

namespace strata {
namespace {

/// final + (base - final) (1 + cos(pi t / T)) / 2, t in epochs, T the stage's epochs: Loshchilov
/// and Hutter 2017, equation 5, without restarts.
class Cosine final : public Schedule {
 public:
  struct Params {
    double final_rate = 0;
    static void declare(Declare<Params>& d) {
      d.doc(
          "Half a cosine wave from the rate down to its end, over the stage's epochs (Loshchilov "
          "and Hutter 2017).");
      d.known_as({"CosineAnnealingLR", "CosineDecay"});
      d.add("final_rate", &Params::final_rate, "the rate at the stage's end")
          .known_as({"eta_min", "min_lr", "final_lr"})
          .min(0);
    }
  };
  explicit Cosine(const Params& params) : params_(params) {}

  double rate(double base, const SchedulePoint& at, const std::vector<double>&) const override {
    const double turn = std::acos(-1.0) * at.time() / static_cast<double>(at.epochs);
    return params_.final_rate + (base - params_.final_rate) * (1 + std::cos(turn)) / 2;
  }

 private:
  Params params_;
};

STRATA_REGISTER(Schedule, Cosine, "cosine");

}  // namespace
}  // namespace strata
