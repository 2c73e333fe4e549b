#include "strata/core/confusion.hpp"

namespace strata {
namespace {

class PerClassAccuracy final : public ConfusionMetric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("For each class, the fraction of its samples classified right; null without samples.");
    }
  };
  explicit PerClassAccuracy(const Params&) {}

  std::vector<FigureInfo> figures(Target) const override {
    return {{"per_class_accuracy", Better::higher, Unit::fraction, FigureRole::per_class}};
  }

  std::map<std::string, Json> result() const override {
    const Tensor n = counts();
    Json list = Json::array();
    for (int64_t c = 0; c < n.size(0); ++c)
      list.push_back(fraction(n[c][c].item<int64_t>(), n[c].sum().item<int64_t>()));
    return {{"per_class_accuracy", list}};
  }
};

STRATA_REGISTER(Metric, PerClassAccuracy, "per_class_accuracy");

}  // namespace
}  // namespace strata
