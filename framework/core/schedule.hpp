#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "strata/core/figure.hpp"
#include "strata/registry/registry.hpp"

namespace strata {

/// A place in a stage.
struct SchedulePoint {
  int64_t epoch = 0;   ///< epochs finished: 0 in the first
  int64_t step = 0;    ///< steps finished in this epoch
  int64_t steps = 1;   ///< steps of an epoch
  int64_t epochs = 1;  ///< epochs planned

  /// Steps finished in the stage, in epochs.
  double time() const {
    return static_cast<double>(epoch) + static_cast<double>(step) / static_cast<double>(steps);
  }
};

/// How the learning rate changes in a stage. A pure function, so that a run resumed anywhere goes
/// on with the same rates.
class Schedule {
 public:
  static constexpr const char* family = "schedule";
  virtual ~Schedule() = default;

  /// The rate of the step after `at`, where the settings say `base`. `followed` holds the figure of
  /// follows() after each finished epoch, signed so that lower is better; empty where none is
  /// followed. Asked before every step, on the host: cheap.
  virtual double rate(double base, const SchedulePoint& at,
                      const std::vector<double>& followed) const = 0;

  /// The figure that the rate depends on, if any.
  virtual std::optional<Figure> follows() const { return std::nullopt; }
};

}  // namespace strata
