#pragma once
// Metrics whose form the engine knows, counted once for all that share it. Implemented in
// measured.cpp.
#include <functional>
#include <memory>
#include <vector>

#include "strata/core/metric.hpp"

namespace strata {

class MeasuredMetrics {
 public:
  /// Of metrics that were started.
  explicit MeasuredMetrics(const std::vector<std::shared_ptr<Metric>>& metrics, int64_t classes);
  MeasuredMetrics() = default;

  /// A batch: its scores with the labels; the sum of the squared errors, asked for where it is
  /// needed; and the whole as tensors, where a metric has no known form.
  template <class T>
  void update(const T* scores, const int64_t* labels, int64_t rows, int64_t columns,
              const std::function<double()>& squared_error,
              const std::function<MetricBatch()>& tensors);

 private:
  void add_errors(double sum, int64_t elements);

  std::vector<std::shared_ptr<Metric>> opaque_;
  std::vector<Tensor> counts_;           // of each metric of form confusion
  std::vector<Tensor> sums_, elements_;  // of each of form squared_error
  std::vector<int64_t> batch_;           // the counts of one batch
  int64_t classes_ = 0;
};

}  // namespace strata
