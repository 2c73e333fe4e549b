#include "strata/core/label_loss.hpp"

namespace strata {
namespace {

/// -mean(output[label]), the output being log-probabilities.
class NegativeLogLikelihood final : public LabelLoss {
 public:
  struct Params : LabelLossParams {
    static void declare(Declare<Params>& d) {
      d.doc("Negative log-likelihood of the labels; the head must end in log_softmax.");
      d.known_as({"NLLLoss", "negative_log_likelihood", "MultinomialLogisticLoss"});
      declare_common(d);
    }
  };
  explicit NegativeLogLikelihood(const Params& params) : LabelLoss(params) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (auto objection = label_objection(use, "nll")) return objection;
    if (use.output && use.output->high > 0)
      return "nll needs log-probabilities; end the head in log_softmax, or use cross_entropy";
    return std::nullopt;
  }

  FigureInfo measure(Target) const override { return measure_as("nll"); }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return plain() ? at::nll_loss(output, target) : -mean_at_labels(output, target);
  }

  LossForm form() const override { return {plain() ? LossOp::nll : LossOp::opaque}; }
};

STRATA_REGISTER(Loss, NegativeLogLikelihood, "nll");

}  // namespace
}  // namespace strata
