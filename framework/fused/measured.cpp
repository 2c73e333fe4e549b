#include "strata/fused/measured.hpp"

#include <algorithm>

#include "strata/support/errors.hpp"

namespace strata {
namespace {

Tensor named(const Metric& metric, const char* name) {
  for (const Parameter& state : metric.state())
    if (state.name == name) return state.value;
  throw RunError(std::string("a metric keeps no ") + name);
}

/// The first of the largest, as at::argmax takes it: what is no number is largest of all.
template <class T>
int64_t largest(const T* scores, int64_t columns) {
  int64_t best = 0;
  for (int64_t j = 1; j < columns; ++j)
    if (scores[best] == scores[best] && !(scores[j] <= scores[best])) best = j;
  return best;
}

}  // namespace

MeasuredMetrics::MeasuredMetrics(const std::vector<std::shared_ptr<Metric>>& metrics,
                                 int64_t classes)
    : batch_(static_cast<size_t>(classes * classes)), classes_(classes) {
  for (const auto& metric : metrics) {
    switch (metric->form().op) {
      case MetricOp::confusion:
        counts_.push_back(named(*metric, "counts"));
        break;
      case MetricOp::squared_error:
        sums_.push_back(named(*metric, "sum"));
        elements_.push_back(named(*metric, "elements"));
        break;
      default:
        opaque_.push_back(metric);
    }
  }
}

template <class T>
void MeasuredMetrics::update(const T* scores, const int64_t* labels, int64_t rows, int64_t columns,
                             const std::function<double()>& squared_error,
                             const std::function<MetricBatch()>& tensors) {
  if (!counts_.empty()) {
    std::fill(batch_.begin(), batch_.end(), 0);
    for (int64_t i = 0; i < rows; ++i)
      ++batch_[static_cast<size_t>(labels[i] * classes_ + largest(scores + i * columns, columns))];
    for (const Tensor& counts : counts_)
      std::transform(batch_.begin(), batch_.end(), counts.data_ptr<int64_t>(),
                     counts.data_ptr<int64_t>(), std::plus<>());
  }
  if (!sums_.empty()) add_errors(squared_error(), rows * columns);
  if (opaque_.empty()) return;
  const MetricBatch batch = tensors();
  for (const auto& metric : opaque_) metric->update(batch);
}

void MeasuredMetrics::add_errors(double sum, int64_t elements) {
  for (size_t i = 0; i < sums_.size(); ++i) {
    *sums_[i].data_ptr<double>() += sum;
    *elements_[i].data_ptr<int64_t>() += elements;
  }
}

template void MeasuredMetrics::update(const float*, const int64_t*, int64_t, int64_t,
                                      const std::function<double()>&,
                                      const std::function<MetricBatch()>&);
template void MeasuredMetrics::update(const double*, const int64_t*, int64_t, int64_t,
                                      const std::function<double()>&,
                                      const std::function<MetricBatch()>&);

}  // namespace strata
