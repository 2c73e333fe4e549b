#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "strata/train/trainer.hpp"

namespace strata {

/// Shows on standard error how a run goes. On a terminal: one line that is rewritten, with stage,
/// epoch, the last finished epoch's loss, samples a second and time left. Elsewhere: a line an
/// epoch.
class Progress final : public Observer {
 public:
  /// `planned`: the stages foreseen, for the time left; `title` opens the output.
  Progress(std::string title, std::vector<StageSpec> planned, bool quiet);
  ~Progress() override;

  void stage_started(const StageSpec& spec) override;
  void step_done(const StageSpec& spec, int64_t epoch, int64_t done, int64_t samples) override;
  void epoch_done(const StageSpec& spec, const EpochResult& epoch) override;

 private:
  using Clock = std::chrono::steady_clock;
  double seconds_left(const StageSpec& spec, double epochs_done) const;
  void line(const std::string& text);  ///< rewrites the line
  void keep(const std::string& text);  ///< prints a line that stays

  std::vector<StageSpec> planned_;
  bool quiet_, terminal_;
  Clock::time_point stage_begin_, last_;
  std::string loss_;
};

/// "12 s", "3 min 05 s", "2 h 10 min"
std::string duration_text(double seconds);

}  // namespace strata
