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

Json fraction(int64_t part, int64_t whole) {
  return whole == 0 ? Json(nullptr) : Json(static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace strata
