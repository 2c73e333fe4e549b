#include "strata/core/loss.hpp"

namespace strata {
namespace {

/// nll of log_softmax(output).
class CrossEntropy final : public Loss {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Cross-entropy of the labels with the softmax of the output; the head ends in linear.");
      d.known_as({"CrossEntropyLoss", "categorical_crossentropy", "sparse_categorical_crossentropy",
                  "SoftmaxWithLoss", "softmax_cross_entropy"});
    }
  };
  explicit CrossEntropy(const Params&) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (use.target != Target::labels)
      return "cross_entropy needs labels, and this stage rebuilds its input; use mse or bce";
    if (use.output && use.output->high <= 0)
      return "cross_entropy takes the softmax itself; drop log_softmax from the head, or use nll";
    return std::nullopt;
  }

  FigureInfo measure(Target) const override { return {"nll", Better::lower, Unit::nats}; }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return at::nll_loss(at::log_softmax(output, 1), target);
  }

  LossForm form() const override { return {LossOp::cross_entropy}; }
};

STRATA_REGISTER(Loss, CrossEntropy, "cross_entropy");

}  // namespace
}  // namespace strata
