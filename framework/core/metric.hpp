#pragma once
#include <map>
#include <string>

#include "strata/core/loss.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// A figure measured on a whole split, batch by batch.
class Metric {
 public:
  static constexpr const char* family = "metric";
  virtual ~Metric() = default;

  /// True where it can be measured against this kind of target.
  virtual bool suits(Target target) const = 0;

  /// The keys of result() that are single numbers and may guide a decision (early stopping, say);
  /// true where higher is better.
  virtual std::map<std::string, bool> figures() const { return {}; }

  /// Forgets what was seen. `classes` is 0 where the target is not labels.
  virtual void start(int64_t classes, const at::TensorOptions& options) = 0;

  /// Adds a batch; accumulates on the device and reads nothing back.
  virtual void update(const Tensor& output, const Tensor& target) = 0;

  /// The results by key; one read from the device. Fractions, not percent.
  virtual std::map<std::string, Json> result() const = 0;
};

}  // namespace strata
