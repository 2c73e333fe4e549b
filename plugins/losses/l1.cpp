#include "strata/core/loss.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/l1_loss.h>
#endif

namespace strata {
namespace {

/// mean(|output - target|) over all elements of the batch.
class MeanAbsoluteError final : public Loss {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Mean absolute error over all elements of a batch, for reconstruction.");
      d.known_as({"mae", "L1Loss", "mean_absolute_error", "absolute_error"});
    }
  };
  explicit MeanAbsoluteError(const Params&) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target == Target::labels)
      return "l1 compares images or codes, not labels; use nll or cross_entropy";
    return std::nullopt;
  }

  FigureInfo measure(Target target) const override {
    return {target == Target::codes ? "code_absolute_error" : "absolute_error"};
  }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return at::l1_loss(output, target);
  }
};

STRATA_REGISTER(Loss, MeanAbsoluteError, "l1");

}  // namespace
}  // namespace strata
