#pragma once
// Measured figures: what a loss or metric declares of each, by which of them a decision is taken,
// and the best value so far. Implemented in figure.cpp.
#include <cstdint>
#include <limits>
#include <string>

#include "strata/support/json.hpp"

namespace strata {

enum class Better { lower, higher, neither };
enum class Unit { none, fraction, count, nats, decibels, seconds };
enum class FigureRole {
  score,      ///< one number that says how good a result is
  counts,     ///< a table of counts
  per_class,  ///< a number a class
  cost,       ///< what it took: seconds, samples a second
};

/// What stands under one key of a record's figures.
struct FigureInfo {
  std::string key;  ///< "accuracy": the same wherever this quantity is measured, and nothing else's
  Better better = Better::lower;
  Unit unit = Unit::none;
  FigureRole role = FigureRole::score;

  /// True where a stage's end or kept epoch may be chosen by it.
  bool guides() const { return role == FigureRole::score && better != Better::neither; }
  Json dump() const;  ///< {"better": "higher", "unit": "fraction", "role": "score"}
};

/// Which measured figure a decision is taken by.
struct Figure {
  /// "loss": the stage's own; else a figure's key, or the type of a metric that has one figure.
  std::string metric = "loss";
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

  double best() const { return best_; }       ///< infinity where there was no number
  int64_t waited() const { return waited_; }  ///< values since the best one
  void wait_anew() { waited_ = 0; }
  /// Goes on from what best() and waited() were.
  void restore(double best, int64_t waited) {
    best_ = best;
    waited_ = waited;
  }

 private:
  double min_delta_;
  double best_ = std::numeric_limits<double>::infinity();
  int64_t waited_ = 0;
};

}  // namespace strata
