#include "strata/run/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace strata {
namespace {

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The single numbers among the measurements: "test accuracy 0.9183".
std::string figures_text(const Json& metrics) {
  std::string text;
  for (const auto& [split, figures] : metrics.items())
    for (const auto& [name, value] : figures.items())
      if (value.is_number_float())
        text += fmt::format("  {} {} {:.6g}", split, name, value.get<double>());
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  const auto s = static_cast<int64_t>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

Progress::Progress(std::string title, std::vector<StageSpec> planned, bool quiet)
    : planned_(std::move(planned)), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {
  keep(title);
}

Progress::~Progress() {
  line("");
}

void Progress::stage_started(const StageSpec& spec) {
  stage_begin_ = last_ = Clock::now();
  loss_.clear();
  line(fmt::format("  {}  preparing", spec.name));
}

void Progress::step_done(const StageSpec& spec, int64_t epoch, int64_t done, int64_t samples) {
  if (!terminal_ || quiet_ || since(last_) < 0.1) return;
  last_ = Clock::now();
  const double part = static_cast<double>(done) / static_cast<double>(samples);
  const double epochs_done = static_cast<double>(epoch - 1) + part;
  const double rate = epochs_done * static_cast<double>(samples) / since(stage_begin_);
  line(fmt::format("  {}  epoch {}/{}  {:3.0f} %{}  {:.0f} samples/s  {} left", spec.name, epoch,
                   spec.epochs, 100 * part, loss_, rate,
                   duration_text(seconds_left(spec, epochs_done))));
}

void Progress::epoch_done(const StageSpec& spec, const EpochResult& epoch) {
  loss_ = fmt::format("  loss {:.6f}", epoch.loss);
  keep(fmt::format("  {}  epoch {:>{}}/{}  {} {:.6f}{}  {:.0f} samples/s", spec.name, epoch.epoch,
                   std::to_string(spec.epochs).size(), spec.epochs, spec.loss.type, epoch.loss,
                   figures_text(epoch.metrics), epoch.samples_per_second));
}

double Progress::seconds_left(const StageSpec& spec, double epochs_done) const {
  double epochs = static_cast<double>(spec.epochs) - epochs_done;
  bool later = false;  // stages after this one are taken to be as fast
  for (const StageSpec& stage : planned_) {
    if (later) epochs += static_cast<double>(stage.epochs);
    later = later || stage.name == spec.name;
  }
  return epochs * since(stage_begin_) / std::max(epochs_done, 1e-9);
}

void Progress::line(const std::string& text) {
  if (terminal_ && !quiet_) fmt::print(stderr, "\r\033[K{}", text);
}

void Progress::keep(const std::string& text) {
  if (quiet_) return;
  line("");
  fmt::print(stderr, "{}\n", text);
}

}  // namespace strata
