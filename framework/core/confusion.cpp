#include "strata/core/confusion.hpp"

namespace strata {

void ConfusionMetric::start(int64_t classes, const at::TensorOptions& options) {
  classes_ = classes;
  counts_ = at::zeros({classes * classes}, options.dtype(at::kLong));
}

void ConfusionMetric::update(const Tensor& output, const Tensor& target) {
  const Tensor cell = target * classes_ + output.argmax(1);
  counts_.scatter_add_(0, cell, at::ones_like(cell));
}

Tensor ConfusionMetric::counts() const {
  return counts_.cpu().view({classes_, classes_});
}

Json fraction(int64_t part, int64_t whole) {
  return whole == 0 ? Json(nullptr) : Json(static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace strata
