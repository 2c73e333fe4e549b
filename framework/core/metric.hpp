#pragma once
// The family `metric`: figures measured on a split. Contract in contract/metric.cpp.
#include <map>
#include <string>
#include <vector>

#include "strata/core/loss.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// What is to be measured.
struct MetricUse {
  Target target = Target::pixels;
  int64_t classes = 0;      ///< of the labels
  at::TensorOptions place;  ///< dtype and device of the outputs
  int64_t samples = 0;      ///< how many there will be
  int64_t code = 0;         ///< elements of a sample's code
  Range code_range{};       ///< of their values
};

/// What a metric sees of a batch. Without gradients.
struct MetricBatch {
  Tensor output;  ///< of the stage's last block, in the target's shape
  Tensor target;
  Tensor code;    ///< of the last encoder in play
  Tensor labels;  ///< int64 {batch}, whatever the target is
};

/// A figure measured on a whole split, batch by batch.
class Metric {
 public:
  static constexpr const char* family = "metric";
  virtual ~Metric() = default;

  /// True where it can be measured against this kind of target.
  virtual bool suits(Target target) const = 0;

  /// Every key that result() has against this target.
  virtual std::vector<FigureInfo> figures(Target target) const = 0;

  /// Forgets what was seen, and allocates the state.
  virtual void start(const MetricUse& use) = 0;

  /// Adds a batch; accumulates on the device and reads nothing back.
  virtual void update(const MetricBatch& batch) = 0;

  /// The results by key; one read from the device. Fractions, not percent.
  virtual std::map<std::string, Json> result() const = 0;

  /// All that start() and update() leave, by name ("counts"): shared, not copied. Saving it and
  /// copying it back after start() goes on bit for bit.
  virtual std::vector<Parameter> state() const = 0;

  virtual MetricForm form() const { return {}; }
};

}  // namespace strata
