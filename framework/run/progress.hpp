#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "strata/core/observer.hpp"

namespace strata {

/// Shows on standard error how a run goes: a line an epoch, and on a terminal a last line that is
/// rewritten while the epoch goes on.
class Progress final : public Observer {
 public:
  /// `planned`: the stages foreseen, for the time left; `title` opens the output.
  Progress(std::string title, std::vector<StageSpec> planned, bool quiet);
  ~Progress() override;

  void stage_started(const StageSpec& spec) override;
  void step_done(const StageSpec& spec, int64_t epoch, int64_t done, int64_t samples) override;
  void epoch_done(const StageSpec& spec, const EpochResult& epoch) override;
  /// Says where the stage stopped early, and which epoch was kept as the best.
  void stage_done(const StageEnd& end) override;

 private:
  using Clock = std::chrono::steady_clock;
  double seconds_left(const StageSpec& spec, double epochs_done) const;
  void line(const std::string& text);  ///< rewrites the line
  void keep(const std::string& text);  ///< prints a line that stays

  std::vector<StageSpec> planned_;
  bool quiet_, terminal_;
  Clock::time_point stage_begin_, last_;
  std::string loss_;  ///< of the epoch before, with its number
};

// The lines, none wider than `columns` where that is not 0; what matters least is left out first.

/// "  pretrain-1  epoch 2/10  mse 0.083838  test reconstruction_error 0.061208  25584 samples/s".
/// Every figure has six decimals, or six digits where it is below 0.001 or above a million. The
/// loss is called "loss" where penalties are part of it, and each term, without its weight, stands
/// behind it: "loss 0.239708 (mse 0.168341, l1 9.775381)".
std::string epoch_line(const StageSpec& spec, const EpochResult& epoch, size_t columns);

/// "  classify  stopped early after epoch 6 of 12; kept epoch 5", or what of it there is to say;
/// "".
std::string ending_line(const StageResult& result);

/// An epoch on its way.
struct EpochProgress {
  int64_t epoch = 0;
  double part = 0;  ///< of the epoch, 0 to 1
  double samples_per_second = 0;
  double seconds_left = 0;  ///< of the whole run
  std::string loss;         ///< "epoch 1: mse 0.083838"; empty in a stage's first epoch
};

/// "  pretrain-1  epoch 2/10   37 %  1 min 05 s left  epoch 1: mse 0.083838  25584 samples/s"
std::string progress_line(const StageSpec& spec, const EpochProgress& progress, size_t columns);

/// "12 s", "3 min 05 s", "2 h 10 min"
std::string duration_text(double seconds);

/// Of several runs, where `done` took so long: ", about 12 min 30 s left", where that is a minute
/// or more; else nothing.
std::string time_left_text(double seconds_spent, size_t done, size_t runs);

}  // namespace strata
