#include <fmt/format.h>

#include "strata/core/loss.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/huber_loss.h>
#endif

namespace strata {
namespace {

/// The mean over all elements of d^2 / 2 where |d| <= delta, else delta (|d| - delta / 2), with
/// d = output - target (Huber 1964).
class Huber final : public Loss {
 public:
  struct Params {
    double delta = 1;
    static void declare(Declare<Params>& d) {
      d.doc("Half the squared error near the target, linear beyond delta (Huber 1964).");
      d.known_as({"HuberLoss", "SmoothL1Loss", "smooth_l1"});
      d.add("delta", &Params::delta, "where it becomes linear").known_as({"beta"}).above(0);
    }
  };
  explicit Huber(const Params& params) : params_(params) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target == Target::labels)
      return "huber compares images or codes, not labels; use nll or cross_entropy";
    return std::nullopt;
  }

  /// Errors by different deltas are different quantities.
  FigureInfo measure(Target target) const override {
    const std::string key = target == Target::codes ? "code_huber" : "huber";
    return {params_.delta == 1 ? key : fmt::format("{}_{:g}", key, params_.delta)};
  }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return at::huber_loss(output, target, at::Reduction::Mean, params_.delta);
  }

 private:
  Params params_;
};

STRATA_REGISTER(Loss, Huber, "huber");

}  // namespace
}  // namespace strata
