#pragma once
#include <cstdint>
#include <limits>
#include <string>

namespace strata {

/// Which measured figure a decision is taken by.
struct Figure {
  std::string metric = "loss";       ///< "loss": the stage's own; or a key of Metric::figures()
  std::string split = "validation";  ///< "train" has the loss alone, taken while training
};

/// Follows a figure for which lower is better, epoch by epoch. A value that is no number is no
/// better.
class BestSoFar {
 public:
  explicit BestSoFar(double min_delta) : min_delta_(min_delta) {}

  /// True where the value is a new best: the first number, or lower than the best by more than
  /// min_delta.
  bool see(double value) {
    ++waited_;
    if (!(value < best_ - min_delta_)) return false;
    best_ = value;
    waited_ = 0;
    return true;
  }

  int64_t waited() const { return waited_; }  ///< values since the best one
  void wait_anew() { waited_ = 0; }

 private:
  double min_delta_;
  double best_ = std::numeric_limits<double>::infinity();
  int64_t waited_ = 0;
};

}  // namespace strata
