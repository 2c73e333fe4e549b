// base / (1 + decay t), t in epochs: a schedule with a parameter, to put your own in the place of.
#include "strata/core/schedule.hpp"

namespace strata {
namespace {

class @Class@ final : public Schedule {
 public:
  struct Params {
    double decay = 0.1;
    static void declare(Declare<Params>& d) {
      d.doc("The rate divided by 1 + decay t, t being the epochs trained so far.");
      d.add("decay", &Params::decay, "how fast the rate falls").min(0);
    }
  };
  explicit @Class@(const Params& params) : decay_(params.decay) {}

  double rate(double base, const SchedulePoint& at, const std::vector<double>&) const override {
    return base / (1 + decay_ * at.time());
  }
  bool uses_length() const override { return false; }  // it never reads at.epochs

 private:
  double decay_;
};

STRATA_REGISTER(Schedule, @Class@, "@name@");

}  // namespace
}  // namespace strata
