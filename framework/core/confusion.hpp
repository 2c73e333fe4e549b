#pragma once
// What the metrics of classification share. Implemented in confusion.cpp.
#include "strata/core/metric.hpp"

namespace strata {

/// Counts of (true class, predicted class), the prediction being the largest output. What the
/// metrics of classification are computed from.
class ConfusionMetric : public Metric {
 public:
  bool suits(Target target) const override { return target == Target::labels; }
  void start(const MetricUse& use) override;
  void update(const MetricBatch& batch) override;
  std::vector<Parameter> state() const override { return {{"counts", counts_}}; }
  MetricForm form() const override { return {MetricOp::confusion}; }

 protected:
  /// {classes, classes}, int64, on the CPU: row = true class, column = predicted class.
  Tensor counts() const;

 private:
  int64_t classes_ = 0;
  Tensor counts_;
};

/// A figure of each class, and its means over classes: "macro_f1", all classes counting alike, and
/// "micro_f1", all samples alike, beside "f1" by class.
class ClassFigure : public ConfusionMetric {
 public:
  std::vector<FigureInfo> figures(Target) const override;
  std::map<std::string, Json> result() const override;

 protected:
  explicit ClassFigure(std::string key) : key_(std::move(key)) {}

  /// Of a class, or of all together: of `truth` samples and as many as `called` so, `right` are
  /// both.
  virtual Json of(int64_t right, int64_t truth, int64_t called) const = 0;

 private:
  std::string key_;
};

/// part / whole, or null where the whole is zero (a class without samples).
Json fraction(int64_t part, int64_t whole);

}  // namespace strata
