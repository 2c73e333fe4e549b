#include "strata/core/loss.hpp"

namespace strata {
namespace {

/// mean((output - target)^2) over all elements of the batch.
class MeanSquaredError final : public Loss {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Mean squared error over all elements of a batch, for reconstruction.");
      d.known_as({"MSELoss", "mean_squared_error", "EuclideanLoss", "l2", "squared_error"});
    }
  };
  explicit MeanSquaredError(const Params&) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target == Target::labels)
      return "mse compares images or codes, not labels; use nll or cross_entropy";
    return std::nullopt;
  }

  FigureInfo measure(Target target) const override {
    return {target == Target::codes ? "code_error" : "reconstruction_error"};
  }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return at::mse_loss(output, target);
  }

  LossForm form() const override { return {LossOp::mse}; }
};

STRATA_REGISTER(Loss, MeanSquaredError, "mse");

}  // namespace
}  // namespace strata
