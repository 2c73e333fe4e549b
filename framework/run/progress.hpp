#pragma once
// The observer that shows on standard error how a run goes. Implemented in progress.cpp.
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "strata/core/observer.hpp"

namespace strata {

/// Shows on standard error how a run goes: a line an epoch, and on a terminal a last line that is
/// rewritten while the epoch goes on; elsewhere a line a minute, should an epoch take longer.
class Progress final : public Observer {
 public:
  using Clock = std::chrono::steady_clock;

  /// `planned`: the stages foreseen, for the time left; `title` opens the output; `columns`: how
  /// wide a line may be where standard error does not say, 0 where that does not matter; `now`:
  /// the time, for tests.
  Progress(std::string title, std::vector<StageSpec> planned, bool quiet, size_t columns = 0,
           std::function<Clock::time_point()> now = Clock::now);
  ~Progress() override;

  void stage_started(const StageSpec& spec) override;
  void step_done(const StageSpec& spec, int64_t epoch, int64_t done, int64_t samples) override;
  void epoch_done(const StageSpec& spec, const EpochResult& epoch) override;
  /// Says where the stage stopped early, and which epoch was kept as the best.
  void stage_done(const StageEnd& end) override;
  void stage_restored(const StageEnd& end) override;
  void noted(const std::string& stage, const std::string& text) override;

 private:
  double since(Clock::time_point begin) const;  ///< in seconds
  size_t columns() const;
  double later_epochs(
      const StageSpec& spec) const;    ///< of the stages after it, taken to be as fast
  void line(const std::string& text);  ///< rewrites the line
  void keep(const std::string& text);  ///< prints a line that stays

  std::vector<StageSpec> planned_;
  bool quiet_, terminal_;
  size_t columns_, name_width_ = 0;
  std::function<Clock::time_point()> now_;
  Clock::time_point stage_begin_, last_;
  std::string loss_;  ///< of the epoch before, with its number
};

// The lines, none wider than `columns` where that is not 0; what matters least is left out first.

/// "  classify    epoch 2/10  nll 0.352103, test 0.371234  accuracy train 0.891100, test 0.901200
/// 25584 samples/s". A figure has one name on every split; the loss while training stands first.
/// Every figure has six decimals, or six digits where it is below 0.001 or above a million. The
/// loss is called "loss" where penalties are part of it, and each term, without its weight, stands
/// behind it: "loss 0.239708 (mse 0.168341, l1 9.775381)". `name_width`: of the longest stage's
/// name.
std::string epoch_line(const StageSpec& spec, const EpochResult& epoch, size_t columns,
                       size_t name_width = 0);

/// "  classify  stopped early after epoch 6 of 12; kept epoch 5", or what of it there is to say;
/// "".
std::string ending_line(const StageResult& result);

/// An epoch on its way.
struct EpochProgress {
  int64_t epoch = 0;
  double part = 0;  ///< of the epoch, 0 to 1
  double samples_per_second = 0;
  double stage_seconds_left = 0;
  double seconds_left = 0;  ///< of the whole run
  std::string loss;         ///< "epoch 1: nll 0.083838"; empty in a stage's first epoch
};

/// "  classify    epoch 2/10   37 %  1 min 05 s left  epoch 1: nll 0.083838  25584 samples/s";
/// where stages follow, "1 min 05 s left, 3 min 10 s of the run".
std::string progress_line(const StageSpec& spec, const EpochProgress& progress, size_t columns,
                          size_t name_width = 0);

/// "12 s", "3 min 05 s", "2 h 10 min"
std::string duration_text(double seconds);

/// Of several runs, where `done` took so long: ", about 12 min 30 s left", where that is a minute
/// or more; else nothing.
std::string time_left_text(double seconds_spent, size_t done, size_t runs);

}  // namespace strata
