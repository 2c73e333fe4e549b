#include "strata/core/label_loss.hpp"

namespace strata {
namespace {

/// nll of log_softmax(output).
class CrossEntropy final : public LabelLoss {
 public:
  struct Params : LabelLossParams {
    static void declare(Declare<Params>& d) {
      d.doc("Cross-entropy of the labels with the softmax of the output; the head ends in linear.");
      d.known_as({"CrossEntropyLoss", "categorical_crossentropy", "sparse_categorical_crossentropy",
                  "SoftmaxWithLoss", "softmax_cross_entropy"});
      declare_common(d);
    }
  };
  explicit CrossEntropy(const Params& params) : LabelLoss(params) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    if (auto objection = label_objection(use, "cross_entropy")) return objection;
    if (use.output && use.output->high <= 0)
      return "cross_entropy takes the softmax itself; drop log_softmax from the head, or use nll";
    return std::nullopt;
  }

  FigureInfo measure(Target) const override { return measure_as("nll"); }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    const Tensor logs = at::log_softmax(output, 1);
    return plain() ? at::nll_loss(logs, target) : -mean_at_labels(logs, target);
  }

  LossForm form() const override { return {plain() ? LossOp::cross_entropy : LossOp::opaque}; }
};

STRATA_REGISTER(Loss, CrossEntropy, "cross_entropy");

}  // namespace
}  // namespace strata
