#include "strata/run/progress.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "strata/support/print.hpp"
#include "strata/support/terminal.hpp"

namespace strata {
namespace {

constexpr double kSignOfLife = 60;  // seconds without a line, where there is no terminal

std::string figure_text(double value) {
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-3 && size < 1e6) || !std::isfinite(value);
  return plain ? fmt::format("{:.6f}", value) : fmt::format("{:.5e}", value);
}

/// The loss by the name that it has on the other splits too; "loss" where penalties are part of it.
std::string loss_name(const StageSpec& spec) {
  return spec.penalties.empty() ? make(spec.loss)->measure(spec.target).key : "loss";
}

/// " (mse 0.168341, l1 9.775381)": the terms of a loss that is a sum, without their weights.
std::string terms_text(const StageSpec& spec, const Json& terms) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : terms.items())
    if (value.is_number()) parts.push_back(name + " " + figure_text(value.get<double>()));
  return spec.penalties.empty() ? "" : fmt::format(" ({})", fmt::join(parts, ", "));
}

std::string epoch_text(const StageSpec& spec, int64_t epoch, size_t name_width) {
  return fmt::format("  {:<{}}  epoch {:>{}}/{}", spec.name, name_width, epoch,
                     std::to_string(spec.epochs).size(), spec.epochs);
}

/// Of a figure what the splits have: "train 0.352103, test 0.371234".
std::string splits_text(const std::string& name, const Json& metrics, bool with_train) {
  std::vector<std::string> parts;
  for (const char* split : {"train", "validation", "test"}) {
    const auto figures = metrics.find(split);
    if (figures == metrics.end() || (!with_train && split == std::string("train"))) continue;
    const auto value = figures->find(name);
    if (value != figures->end() && value->is_number_float())
      parts.push_back(fmt::format("{} {}", split, figure_text(value->get<double>())));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
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

std::string epoch_line(const StageSpec& spec, const EpochResult& epoch, size_t columns,
                       size_t name_width) {
  const std::string measure = make(spec.loss)->measure(spec.target).key;
  std::string text = epoch_text(spec, epoch.epoch, name_width) + "  " + loss_name(spec) + " " +
                     figure_text(epoch.loss) + terms_text(spec, epoch.terms);
  if (const std::string rest = splits_text(measure, epoch.metrics, false); !rest.empty())
    text += (spec.penalties.empty() ? ", " : "  " + measure + " ") + rest;
  std::vector<std::string> names, parts;  // of the other figures
  for (const auto& [split, figures] : epoch.metrics.items())
    for (const auto& [name, value] : figures.items())
      if (value.is_number_float() && name != measure &&
          std::find(names.begin(), names.end(), name) == names.end())
        names.push_back(name);
  for (const std::string& name : names)
    parts.push_back(name + " " + splits_text(name, epoch.metrics, true));
  parts.push_back(fmt::format("{:.0f} samples/s", epoch.samples_per_second));
  return with_parts(text, parts, columns);
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

std::string progress_line(const StageSpec& spec, const EpochProgress& progress, size_t columns,
                          size_t name_width) {
  const std::string stage = duration_text(progress.stage_seconds_left),
                    run = duration_text(progress.seconds_left);
  const std::string text =
      with_parts(epoch_text(spec, progress.epoch, name_width),
                 {fmt::format("{:3.0f} %", 100 * progress.part),
                  stage == run ? run + " left" : fmt::format("{} left, {} of the run", stage, run),
                  progress.loss, fmt::format("{:.0f} samples/s", progress.samples_per_second)},
                 columns);
  return columns > 0 ? text.substr(0, columns) : text;
}

double Progress::since(Clock::time_point begin) const {
  return std::chrono::duration<double>(now_() - begin).count();
}

Progress::Progress(std::string title, std::vector<StageSpec> planned, bool quiet, size_t columns,
                   std::function<Clock::time_point()> now)
    : planned_(std::move(planned)),
      quiet_(quiet),
      terminal_(terminal_columns(STDERR_FILENO) > 0),
      columns_(columns),
      now_(std::move(now)) {
  for (const StageSpec& stage : planned_) name_width_ = std::max(name_width_, stage.name.size());
  keep(title);
}

size_t Progress::columns() const {
  return columns_ > 0 ? columns_ : terminal_columns(STDERR_FILENO);
}

Progress::~Progress() {
  line("");
}

void Progress::stage_started(const StageSpec& spec) {
  stage_begin_ = last_ = now_();
  loss_.clear();
  line(fmt::format("  {}  preparing", spec.name));
}

void Progress::step_done(const StageSpec& spec, int64_t epoch, int64_t done, int64_t samples) {
  if (quiet_ || since(last_) < (terminal_ ? 0.1 : kSignOfLife)) return;
  last_ = now_();
  const double part = static_cast<double>(done) / static_cast<double>(samples);
  const double epochs_done = static_cast<double>(epoch - 1) + part;
  const double rate = epochs_done * static_cast<double>(samples) / since(stage_begin_);
  const double an_epoch = since(stage_begin_) / std::max(epochs_done, 1e-9);
  const double stage_left = (static_cast<double>(spec.epochs) - epochs_done) * an_epoch;
  const EpochProgress progress{
      epoch, part, rate, stage_left, stage_left + later_epochs(spec) * an_epoch, loss_};
  const std::string text = progress_line(spec, progress, columns(), name_width_);
  terminal_ ? line(text) : keep(text);
}

void Progress::epoch_done(const StageSpec& spec, const EpochResult& epoch) {
  loss_ = fmt::format("epoch {}: {} {}", epoch.epoch, loss_name(spec), figure_text(epoch.loss));
  keep(epoch_line(spec, epoch, columns(), name_width_));
  last_ = now_();
}

void Progress::stage_done(const StageEnd& end) {
  if (const std::string text = ending_line(end.result); !text.empty()) keep(text);
}

void Progress::stage_restored(const StageEnd& end) {
  noted(end.result.spec.name,
        end.trained_by.empty() ? "completed before" : "taken from " + end.trained_by);
}

void Progress::noted(const std::string& stage, const std::string& text) {
  keep(fmt::format("  {:<{}}  note: {}", stage, name_width_, text));
}

double Progress::later_epochs(const StageSpec& spec) const {
  double epochs = 0;
  bool later = false;
  for (const StageSpec& stage : planned_) {
    if (later) epochs += static_cast<double>(stage.epochs);
    later = later || stage.name == spec.name;
  }
  return epochs;
}

void Progress::line(const std::string& text) {
  if (terminal_ && !quiet_) redraw_line(text);
}

void Progress::keep(const std::string& text) {
  if (quiet_) return;
  line("");
  print_err("{}\n", text);
}

}  // namespace strata
