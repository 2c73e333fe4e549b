#include <fmt/format.h>

#include <cmath>

#include "strata/core/schedule.hpp"

namespace strata {
namespace {

/// base * factor^floor(epoch / every)
class Step final : public Schedule {
 public:
  struct Params {
    int64_t every = 10;
    double factor = 0.1;
    static void declare(Declare<Params>& d) {
      d.doc("The rate times a factor, again and again after so many epochs.");
      d.known_as({"StepLR"});
      d.add("every", &Params::every, "epochs between two changes")
          .known_as({"step_size", "stepsize", "period"})
          .min(1);
      d.add("factor", &Params::factor, "what the rate is multiplied by")
          .known_as({"gamma", "drop"})
          .above(0);
    }
  };
  explicit Step(const Params& params) : params_(params) {}

  double rate(double base, const SchedulePoint& at, const std::vector<double>&) const override {
    return base * std::pow(params_.factor, static_cast<double>(at.epoch / params_.every));
  }
  bool uses_length() const override { return false; }
  std::vector<ScheduleNote> notes(int64_t epochs) const override {
    if (params_.every <= epochs - 1) return {};
    return {{"every", fmt::format("a step every {} epochs never comes", params_.every)}};
  }

 private:
  Params params_;
};

STRATA_REGISTER(Schedule, Step, "step");

}  // namespace
}  // namespace strata
