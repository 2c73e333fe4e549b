#pragma once
#include "strata/core/metric.hpp"

namespace strata {

/// Counts of (true class, predicted class), the prediction being the largest output. What the
/// metrics of classification are computed from.
class ConfusionMetric : public Metric {
 public:
  bool suits(Target target) const override { return target == Target::labels; }
  void start(int64_t classes, const at::TensorOptions& options) override;
  void update(const Tensor& output, const Tensor& target) override;

 protected:
  /// {classes, classes}, int64, on the CPU: row = true class, column = predicted class.
  Tensor counts() const;

 private:
  int64_t classes_ = 0;
  Tensor counts_;
};

/// part / whole, or null where the whole is zero (a class without samples).
Json fraction(int64_t part, int64_t whole);

}  // namespace strata
