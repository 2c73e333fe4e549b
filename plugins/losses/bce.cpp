#include "strata/core/loss.hpp"

namespace strata {
namespace {

/// -mean(t log(y) + (1 - t) log(1 - y)) over all elements, logarithms cut off at -100.
class BinaryCrossEntropy final : public Loss {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Binary cross-entropy over all elements of a batch; output and target lie in [0, 1].");
      d.known_as({"BCELoss", "binary_crossentropy", "binary_cross_entropy", "BCEWithLogitsLoss"});
    }
  };
  explicit BinaryCrossEntropy(const Params&) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    const Range unit{0, 1};
    if (use.target == Target::labels)
      return "bce compares images or codes, not labels; use nll or cross_entropy";
    if (use.target_range && !use.target_range->within(unit))
      return "bce needs targets in [0, 1], and these codes can leave it; use mse";
    if (use.output && !use.output->within(unit))
      return "bce needs outputs in [0, 1]; end the decoder in sigmoid, or use mse";
    return std::nullopt;
  }

  FigureInfo measure(Target target) const override {
    return {target == Target::codes ? "code_bce" : "bce", Better::lower, Unit::nats};
  }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return at::binary_cross_entropy(output, target);
  }

  LossForm form() const override { return {LossOp::bce}; }
};

STRATA_REGISTER(Loss, BinaryCrossEntropy, "bce");

}  // namespace
}  // namespace strata
