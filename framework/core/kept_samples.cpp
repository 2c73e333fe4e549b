#include "strata/core/kept_samples.hpp"

#include <algorithm>

namespace strata {

void KeptSamples::start(int64_t samples, int64_t width, int64_t most,
                        const at::TensorOptions& place) {
  every_ = most == 0 ? 1 : std::max<int64_t>(1, (samples + most - 1) / most);
  const int64_t rows = (samples + every_ - 1) / every_;
  values_ = at::zeros({rows, width}, place);
  labels_ = at::zeros({rows}, place.dtype(at::kLong));
  seen_ = at::zeros({}, at::kLong);
}

void KeptSamples::add(const Tensor& values, const Tensor& labels) {
  const int64_t n = values.size(0), skipped = (every_ - seen() % every_) % every_;
  const int64_t kept = n <= skipped ? 0 : (n - skipped + every_ - 1) / every_;
  if (kept > 0) {
    const auto rows = [&](const Tensor& t) { return t.narrow(0, count(), kept); };
    rows(values_).copy_(values.flatten(1).slice(0, skipped, n, every_));
    rows(labels_).copy_(labels.slice(0, skipped, n, every_));
  }
  seen_ += n;
}

Tensor KeptSamples::values() const {
  return values_.narrow(0, 0, count()).to(at::kCPU, at::kDouble);
}
Tensor KeptSamples::labels() const {
  return labels_.narrow(0, 0, count()).cpu();
}

std::vector<Parameter> KeptSamples::state() const {
  return {{"values", values_}, {"labels", labels_}, {"seen", seen_}};
}

}  // namespace strata
