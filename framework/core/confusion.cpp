#include "strata/core/confusion.hpp"

namespace strata {

void ConfusionMetric::start(const MetricUse& use) {
  classes_ = use.classes;
  counts_ = at::zeros({classes_ * classes_}, use.place.dtype(at::kLong));
}

void ConfusionMetric::update(const MetricBatch& batch) {
  const Tensor cell = batch.target * classes_ + batch.output.argmax(1);
  counts_.scatter_add_(0, cell, at::ones_like(cell));
}

Tensor ConfusionMetric::counts() const {
  return counts_.cpu().view({classes_, classes_});
}

std::vector<FigureInfo> ClassFigure::figures(Target) const {
  return {{"macro_" + key_, Better::higher, Unit::fraction},
          {"micro_" + key_, Better::higher, Unit::fraction},
          {key_, Better::higher, Unit::fraction, FigureRole::per_class}};
}

/// A class that neither occurs nor is called has no part in the macro mean; a figure that is
/// undefined counts there as 0.
std::map<std::string, Json> ClassFigure::result() const {
  const Tensor n = counts();
  Json by_class = Json::array();
  double sum = 0;
  int64_t classes = 0, right = 0;
  for (int64_t c = 0; c < n.size(0); ++c) {
    const int64_t hits = n[c][c].item<int64_t>(), truth = n[c].sum().item<int64_t>();
    const int64_t called = n.select(1, c).sum().item<int64_t>();
    by_class.push_back(of(hits, truth, called));
    right += hits;
    if (truth + called == 0) continue;
    ++classes;
    if (by_class.back().is_number()) sum += by_class.back().get<double>();
  }
  const int64_t all = n.sum().item<int64_t>();
  const Json macro = classes == 0 ? Json() : Json(sum / static_cast<double>(classes));
  return {{"macro_" + key_, macro}, {"micro_" + key_, of(right, all, all)}, {key_, by_class}};
}

Json fraction(int64_t part, int64_t whole) {
  return whole == 0 ? Json(nullptr) : Json(static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace strata
