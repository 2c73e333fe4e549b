#include <cmath>

#include "strata/core/schedule.hpp"

namespace strata {
namespace {

/// base * factor^t, t in epochs, step by step.
class Exponential final : public Schedule {
 public:
  struct Params {
    double factor = 0.95;
    static void declare(Declare<Params>& d) {
      d.doc("The rate times a factor each epoch, evenly from step to step.");
      d.known_as({"ExponentialLR", "ExponentialDecay"});
      d.add("factor", &Params::factor, "what an epoch multiplies the rate by")
          .known_as({"gamma", "decay_rate"})
          .above(0);
    }
  };
  explicit Exponential(const Params& params) : params_(params) {}

  double rate(double base, const SchedulePoint& at, const std::vector<double>&) const override {
    return base * std::pow(params_.factor, at.time());
  }
  bool uses_length() const override { return false; }

 private:
  Params params_;
};

STRATA_REGISTER(Schedule, Exponential, "exponential");

}  // namespace
}  // namespace strata
