#include "strata/core/loss.hpp"

namespace strata {
namespace {

/// -mean(output[label]), the output being log-probabilities.
class NegativeLogLikelihood final : public Loss {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Negative log-likelihood of the labels; the head must end in log_softmax.");
      d.known_as({"NLLLoss", "negative_log_likelihood", "MultinomialLogisticLoss"});
    }
  };
  explicit NegativeLogLikelihood(const Params&) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target != Target::labels)
      return "nll needs labels, and this stage rebuilds its input; use mse or bce";
    if (use.output && use.output->high > 0)
      return "nll needs log-probabilities; end the head in log_softmax, or use cross_entropy";
    return std::nullopt;
  }

  FigureInfo measure(Target) const override { return {"nll", Better::lower, Unit::nats}; }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return at::nll_loss(output, target);
  }

  LossForm form() const override { return {LossOp::nll}; }
};

STRATA_REGISTER(Loss, NegativeLogLikelihood, "nll");

}  // namespace
}  // namespace strata
