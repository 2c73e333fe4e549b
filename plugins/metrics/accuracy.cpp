#include "strata/core/confusion.hpp"

namespace strata {
namespace {

class Accuracy final : public ConfusionMetric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Fraction of samples classified right.");
      d.known_as({"acc", "categorical_accuracy", "sparse_categorical_accuracy", "error_rate"});
    }
  };
  explicit Accuracy(const Params&) {}

  std::vector<FigureInfo> figures(Target) const override {
    return {{"accuracy", Better::higher, Unit::fraction}};
  }

  std::map<std::string, Json> result() const override {
    const Tensor n = counts();
    return {{"accuracy", fraction(n.diagonal().sum().item<int64_t>(), n.sum().item<int64_t>())}};
  }
};

STRATA_REGISTER(Metric, Accuracy, "accuracy");

}  // namespace
}  // namespace strata
