#include "strata/run/progress.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "strata/support/terminal.hpp"

namespace strata {
namespace {

double since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string figure_text(double value) {
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-3 && size < 1e6) || !std::isfinite(value);
  return plain ? fmt::format("{:.6f}", value) : fmt::format("{:.5e}", value);
}

/// "mse 0.083838"
std::string loss_text(const StageSpec& spec, double loss) {
  return (spec.penalties.empty() ? make(spec.loss)->measure(spec.target).key : "loss") + " " +
         figure_text(loss);
}

/// " (mse 0.168341, l1 9.775381)": the terms of a loss that is a sum, without their weights.
std::string terms_text(const StageSpec& spec, const Json& terms) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : terms.items())
    if (value.is_number()) parts.push_back(name + " " + figure_text(value.get<double>()));
  return spec.penalties.empty() ? "" : fmt::format(" ({})", fmt::join(parts, ", "));
}

std::string epoch_text(const StageSpec& spec, int64_t epoch) {
  return fmt::format("  {}  epoch {:>{}}/{}", spec.name, epoch, std::to_string(spec.epochs).size(),
                     spec.epochs);
}

/// Puts the parts, the one that matters most first, behind a text, as long as they fit.
std::string with_parts(std::string text, const std::vector<std::string>& parts, size_t columns) {
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (columns > 0 && text.size() + 2 + part.size() > columns) break;
    text += "  " + part;
  }
  return text;
}

}  // namespace

std::string duration_text(double seconds) {
  const auto s = static_cast<int64_t>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

std::string time_left_text(double seconds_spent, size_t done, size_t runs) {
  if (done == 0) return "";
  const double left = seconds_spent * static_cast<double>(runs - done) / static_cast<double>(done);
  return left < 60 ? "" : fmt::format(", about {} left", duration_text(left));
}

std::string epoch_line(const StageSpec& spec, const EpochResult& epoch, size_t columns) {
  std::string text = epoch_text(spec, epoch.epoch) + "  " + loss_text(spec, epoch.loss) +
                     terms_text(spec, epoch.terms);
  for (const auto& [split, figures] : epoch.metrics.items())
    for (const auto& [name, value] : figures.items())
      if (value.is_number_float() && split != "train")  // of which the loss stands first
        text += fmt::format("  {} {} {}", split, name, figure_text(value.get<double>()));
  return with_parts(text, {fmt::format("{:.0f} samples/s", epoch.samples_per_second)}, columns);
}

std::string ending_line(const StageResult& result) {
  const StageSpec& spec = result.spec;
  std::vector<std::string> parts;
  if (static_cast<int64_t>(result.epochs.size()) < spec.epochs)
    parts.push_back(
        fmt::format("stopped early after epoch {} of {}", result.epochs.size(), spec.epochs));
  if (spec.keeps_best())
    parts.push_back(fmt::format("kept epoch {}", result.epochs.at(result.kept).epoch));
  return parts.empty() ? "" : fmt::format("  {}  {}", spec.name, fmt::join(parts, "; "));
}

std::string progress_line(const StageSpec& spec, const EpochProgress& progress, size_t columns) {
  const std::string text =
      with_parts(epoch_text(spec, progress.epoch),
                 {fmt::format("{:3.0f} %", 100 * progress.part),
                  duration_text(progress.seconds_left) + " left", progress.loss,
                  fmt::format("{:.0f} samples/s", progress.samples_per_second)},
                 columns);
  return columns > 0 ? text.substr(0, columns) : text;
}

Progress::Progress(std::string title, std::vector<StageSpec> planned, bool quiet)
    : planned_(std::move(planned)), quiet_(quiet), terminal_(terminal_columns(STDERR_FILENO) > 0) {
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
  const EpochProgress progress{epoch, part, rate, seconds_left(spec, epochs_done), loss_};
  line(progress_line(spec, progress, terminal_columns(STDERR_FILENO)));
}

void Progress::epoch_done(const StageSpec& spec, const EpochResult& epoch) {
  loss_ = fmt::format("epoch {}: {}", epoch.epoch, loss_text(spec, epoch.loss));
  keep(epoch_line(spec, epoch, terminal_columns(STDERR_FILENO)));
}

void Progress::stage_done(const StageEnd& end) {
  if (const std::string text = ending_line(end.result); !text.empty()) keep(text);
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
