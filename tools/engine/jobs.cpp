#include "engine/jobs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "strata/run/progress.hpp"
#include "strata/support/print.hpp"
#include "strata/support/terminal.hpp"

namespace strata {

bool was_stopped(int exit_code) {
  return exit_code == 130 || std::any_of(stop_signals.begin(), stop_signals.end(),
                                         [&](int signal) { return exit_code == 128 + signal; });
}

bool RunLines::terminal() {
  return terminal_columns(STDERR_FILENO) > 0;
}

void RunLines::print(const std::string& line) {
  clear();
  print_err("{}\n", line);
  show(counts_);
}

void RunLines::show(const RunCounts& counts) {
  counts_ = counts;
  if (!terminal_) return;
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  redraw_line(fmt::format(
      "{} of {} runs done, {} failed, {}{} running{}", counts.done, counts.runs, counts.failed,
      counts.interrupted > 0 ? fmt::format("{} interrupted, ", counts.interrupted) : "",
      counts.running, time_left_text(spent.count(), counts.done, counts.runs)));
}

void RunLines::clear() const {
  if (terminal_) redraw_line("");
}

ShownJobs::ShownJobs(const std::vector<LaunchTask>& jobs) : jobs_(jobs), results_(jobs.size()) {
  counts_.runs = jobs.size();
}

void ShownJobs::started(size_t) {
  ++counts_.running;
  lines_.show(counts_);
}

void ShownJobs::said(size_t job, const std::string& line) {
  if (line.compare(0, report_mark.size(), report_mark) == 0)
    results_[job].report = line.substr(report_mark.size());
  else
    lines_.print(fmt::format("[{}] {}", jobs_[job].label, line));
}

void ShownJobs::ended(size_t job, int code) {
  results_[job].exit_code = code;
  if (counts_.running > 0) --counts_.running;
  if (was_stopped(code))
    ++counts_.interrupted;
  else if (code != left_to_another)
    ++counts_.done, counts_.failed += code == 0 ? 0 : 1;
  lines_.show(counts_);
}

void ShownJobs::noted(const std::string& text) {
  lines_.clear();
  print_err("strata: {}\n", text);
}

std::vector<JobResult> ShownJobs::take() {
  lines_.clear();
  return std::move(results_);
}

}  // namespace strata
