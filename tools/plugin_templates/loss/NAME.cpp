// sqrt(e^2 + width^2) - width for an error e: a loss with a parameter, to put your own in the place
// of.
#include "strata/core/loss.hpp"

namespace strata {
namespace {

class @Class@ final : public Loss {
 public:
  struct Params {
    double width = 0.1;
    static void declare(Declare<Params>& d) {
      d.doc("A parabola near the target and a straight line far from it (Charbonnier et al. 1994).");
      d.add("width", &Params::width, "where the one becomes the other").above(0);
    }
  };
  explicit @Class@(const Params& params) : width_(params.width) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target == Target::labels) return "@name@ compares images or codes, not labels";
    return std::nullopt;
  }

  FigureInfo measure(Target target) const override {
    return {target == Target::codes ? "code_@name@" : "@name@"};
  }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return ((output - target).square() + width_ * width_).sqrt().mean() - width_;
  }

 private:
  double width_;
};

STRATA_REGISTER(Loss, @Class@, "@name@");

}  // namespace
}  // namespace strata
