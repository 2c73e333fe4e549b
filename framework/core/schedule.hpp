#pragma once
// The family `schedule`. Contract in contract/schedule.cpp.
#include <cstdint>
#include <optional>
#include <string>
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

/// What a schedule's reader may not expect of it in a stage of some length.
struct ScheduleNote {
  std::string key;   ///< of its parameters: "epochs", "then.patience"
  std::string text;  ///< "a patience of 9 never lowers the rate"; the stage follows
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

  /// False where rate() never reads SchedulePoint::epochs: then a longer stage begins as a shorter
  /// one did, and can go on from its end.
  virtual bool uses_length() const { return true; }

  virtual std::vector<ScheduleNote> notes(int64_t /*epochs*/) const { return {}; }
};

}  // namespace strata
