#include "strata/core/confusion.hpp"

namespace strata {
namespace {

/// The mean over the classes that occur of the fraction of a class's samples called right
/// (Brodersen et al. 2010).
class BalancedAccuracy final : public ConfusionMetric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Accuracy with every class that occurs counting alike (Brodersen et al. 2010).");
      d.known_as({"balanced_accuracy_score", "mean_class_accuracy", "unweighted_average_recall"});
    }
  };
  explicit BalancedAccuracy(const Params&) {}

  std::vector<FigureInfo> figures(Target) const override {
    return {{"balanced_accuracy", Better::higher, Unit::fraction}};
  }

  std::map<std::string, Json> result() const override {
    const Tensor truth = counts().sum(1), occurs = truth > 0;
    const Tensor rates = counts().diagonal().masked_select(occurs).to(at::kDouble) /
                         truth.masked_select(occurs).to(at::kDouble);
    return {{"balanced_accuracy", rates.numel() == 0 ? Json() : Json(rates.mean().item<double>())}};
  }
};

STRATA_REGISTER(Metric, BalancedAccuracy, "balanced_accuracy");

}  // namespace
}  // namespace strata
