#include <fmt/format.h>

#include "strata/core/label_loss.hpp"

namespace strata {
namespace {

/// The mean of -(1 - p)^gamma log(p), p the probability that the output, through softmax, gives the
/// label (Lin et al. 2017, equation 4).
class Focal final : public LabelLoss {
 public:
  struct Params : LabelLossParams {
    double gamma = 2;
    static void declare(Declare<Params>& d) {
      d.doc(
          "Cross-entropy that counts less for what is already called right with certainty (Lin et "
          "al. 2017); the head ends in linear or log_softmax.");
      d.known_as({"FocalLoss", "CategoricalFocalCrossentropy"});
      declare_common(d);
      d.add("gamma", &Params::gamma, "how much less; with 0 it is cross-entropy").min(0);
    }
  };
  explicit Focal(const Params& params) : LabelLoss(params), gamma_(params.gamma) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    return label_objection(use, "focal");
  }

  FigureInfo measure(Target) const override {
    return measure_as(fmt::format("focal_{:g}", gamma_));
  }

  /// The softmax of log-probabilities is that of the scores they came from.
  Tensor forward(const Tensor& output, const Tensor& target) const override {
    const Tensor logs = at::log_softmax(output, 1);
    const Tensor rest = (1 - logs.exp()).clamp_min(1e-30);  // whose powers have a slope at 0 too
    return -mean_at_labels(rest.pow(gamma_) * logs, target);
  }

 private:
  double gamma_;
};

STRATA_REGISTER(Loss, Focal, "focal");

}  // namespace
}  // namespace strata
