#include <fmt/format.h>

#include <algorithm>

#include "strata/core/schedule.hpp"

namespace strata {
namespace {

class Plateau final : public Schedule {
 public:
  struct Params : Figure {
    double factor = 0.1;
    int64_t patience = 5;
    double min_delta = 0;
    double min_rate = 0;

    Params() { split = "train"; }

    static void declare(Declare<Params>& d) {
      d.doc("The rate times a factor whenever a figure has stopped getting better.");
      d.known_as({"ReduceLROnPlateau"});
      d.add("metric", &Params::metric,
            "the figure: loss (of train with the penalties, of validation without them), or, of "
            "validation, a metric's name")
          .known_as({"monitor"});
      d.add("split", &Params::split, "what it is measured on").choices({"train", "validation"});
      d.add("factor", &Params::factor, "what the rate is multiplied by").above(0).below(1);
      d.add("patience", &Params::patience, "epochs without a new best until the rate falls").min(1);
      d.add("min_delta", &Params::min_delta, "by how much more a new best must be better").min(0);
      d.add("min_rate", &Params::min_rate, "the rate falls no further")
          .known_as({"min_lr", "eta_min"})
          .min(0);
    }
  };
  explicit Plateau(const Params& params) : params_(params) {}

  double rate(double base, const SchedulePoint&,
              const std::vector<double>& followed) const override {
    BestSoFar best(params_.min_delta);
    double rate = base;
    for (const double value : followed) {
      best.see(value);
      if (best.waited() < params_.patience) continue;
      rate = std::min(rate, std::max(rate * params_.factor, params_.min_rate));
      best.wait_anew();
    }
    return rate;
  }

  std::optional<Figure> follows() const override { return params_; }
  bool uses_length() const override { return false; }

  /// The rate of the last epoch is set after the one before.
  std::vector<ScheduleNote> notes(int64_t epochs) const override {
    if (params_.patience <= epochs - 2) return {};
    return {{"patience", fmt::format("a patience of {} never lowers the rate", params_.patience)}};
  }

 private:
  Params params_;
};

STRATA_REGISTER(Schedule, Plateau, "plateau");

}  // namespace
}  // namespace strata
