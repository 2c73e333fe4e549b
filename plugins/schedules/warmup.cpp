#include <fmt/format.h>

#include <algorithm>

#include "strata/core/schedule.hpp"

namespace strata {
namespace {

/// Step k of the warm-up's n steps takes k / n of what the other schedule says (Goyal et al. 2017).
class Warmup final : public Schedule {
 public:
  struct Params {
    double epochs = 5;
    Slot<Schedule> then{"constant"};
    static void declare(Declare<Params>& d) {
      d.doc(
          "A rate that rises evenly from step to step at first, and then follows another schedule "
          "(Goyal et al. 2017). The other one counts from the stage's beginning.");
      d.known_as({"LinearLR", "linear_warmup"});
      d.add("epochs", &Params::epochs, "how long it rises")
          .known_as({"warmup_epochs", "warmup_steps", "total_iters"})
          .above(0);
      d.add("then", &Params::then, "the schedule that is scaled, and goes on afterwards");
    }
  };
  explicit Warmup(const Params& params) : epochs_(params.epochs), then_(make(params.then)) {}

  double rate(double base, const SchedulePoint& at,
              const std::vector<double>& followed) const override {
    const double steps = static_cast<double>(at.steps);
    const double risen = (at.time() * steps + 1) / (epochs_ * steps);
    return std::min(1.0, risen) * then_->rate(base, at, followed);
  }

  std::optional<Figure> follows() const override { return then_->follows(); }
  bool uses_length() const override { return then_->uses_length(); }

  std::vector<ScheduleNote> notes(int64_t epochs) const override {
    std::vector<ScheduleNote> notes;
    if (epochs_ > static_cast<double>(epochs))
      notes.push_back(
          {"epochs",
           fmt::format("a warm-up of {} epochs is not over when the stage ends", epochs_)});
    for (ScheduleNote note : then_->notes(epochs)) {
      note.key = "then." + note.key;
      notes.push_back(std::move(note));
    }
    return notes;
  }

 private:
  double epochs_;
  std::shared_ptr<Schedule> then_;
};

STRATA_REGISTER(Schedule, Warmup, "warmup");

}  // namespace
}  // namespace strata
