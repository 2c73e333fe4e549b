#include "strata/core/schedule.hpp"

namespace strata {
namespace {

class Constant final : public Schedule {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("The same rate throughout.");
      d.known_as({"ConstantLR", "fixed"});
    }
  };
  explicit Constant(const Params&) {}

  double rate(double base, const SchedulePoint&, const std::vector<double>&) const override {
    return base;
  }
  bool uses_length() const override { return false; }
};

STRATA_REGISTER(Schedule, Constant, "constant");

}  // namespace
}  // namespace strata
