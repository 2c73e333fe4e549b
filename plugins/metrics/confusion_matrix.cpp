#include "strata/core/confusion.hpp"

namespace strata {
namespace {

/// Sensitivity of class c: of its samples, the fraction called c. Specificity: of all other
/// samples, the fraction not called c.
class ConfusionMatrix final : public ConfusionMetric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Counts by true class (row) and predicted class (column), with each class's sensitivity "
          "and specificity.");
      d.known_as({"sensitivity", "specificity"});
    }
  };
  explicit ConfusionMatrix(const Params&) {}

  std::vector<FigureInfo> figures(Target) const override {
    return {{"confusion_matrix", Better::neither, Unit::count, FigureRole::counts},
            {"sensitivity", Better::higher, Unit::fraction, FigureRole::per_class},
            {"specificity", Better::higher, Unit::fraction, FigureRole::per_class}};
  }

  std::map<std::string, Json> result() const override {
    const Tensor n = counts();
    const int64_t total = n.sum().item<int64_t>();
    Json rows = Json::array(), sensitivity = Json::array(), specificity = Json::array();
    for (int64_t c = 0; c < n.size(0); ++c) {
      Json row = Json::array();
      for (int64_t k = 0; k < n.size(1); ++k) row.push_back(n[c][k].item<int64_t>());
      rows.push_back(row);
      const int64_t right = n[c][c].item<int64_t>();
      const int64_t truth = n[c].sum().item<int64_t>();
      const int64_t called = n.select(1, c).sum().item<int64_t>();
      sensitivity.push_back(fraction(right, truth));
      specificity.push_back(fraction(total - truth - called + right, total - truth));
    }
    return {{"confusion_matrix", rows}, {"sensitivity", sensitivity}, {"specificity", specificity}};
  }
};

STRATA_REGISTER(Metric, ConfusionMatrix, "confusion_matrix");

}  // namespace
}  // namespace strata
