#include <fmt/format.h>

#include "strata/core/schedule.hpp"

namespace strata {
namespace {

/// base at first; from epochs[i] on, base * factors[i].
class Piecewise final : public Schedule {
 public:
  struct Params {
    std::vector<int64_t> epochs{10};
    std::vector<double> factors{0.1};
    static void declare(Declare<Params>& d) {
      d.doc("The rate times a factor of its own from each of some epochs on.");
      d.known_as({"MultiStepLR", "PiecewiseConstantDecay", "multistep"});
      d.add("epochs", &Params::epochs, "after how many epochs each factor takes effect, rising")
          .known_as({"milestones", "boundaries", "stepvalue"})
          .min(0);
      d.add("factors", &Params::factors, "one for each of epochs; each is of the rate given")
          .known_as({"values"})
          .min(0);
      d.check([](const Params& p, Check& check) {
        if (p.factors.size() != p.epochs.size())
          check.error("factors", fmt::format("expected a factor for each of {} epochs, got {}",
                                             p.epochs.size(), p.factors.size()));
        for (size_t i = 1; i < p.epochs.size(); ++i)
          if (p.epochs[i] <= p.epochs[i - 1])
            return check.error("epochs", "expected rising epochs");
      });
    }
  };
  explicit Piecewise(const Params& params) : params_(params) {}

  double rate(double base, const SchedulePoint& at, const std::vector<double>&) const override {
    double factor = 1;
    for (size_t i = 0; i < params_.epochs.size(); ++i)
      if (at.epoch >= params_.epochs[i]) factor = params_.factors[i];
    return base * factor;
  }
  bool uses_length() const override { return false; }

  std::vector<ScheduleNote> notes(int64_t epochs) const override {
    if (params_.epochs.empty() || params_.epochs.back() < epochs) return {};
    return {{"epochs", fmt::format("a change after {} epochs never comes", params_.epochs.back())}};
  }

 private:
  Params params_;
};

STRATA_REGISTER(Schedule, Piecewise, "piecewise");

}  // namespace
}  // namespace strata
