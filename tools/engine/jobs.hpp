#pragma once
// What is shown of tasks while they are made. Implemented in jobs.cpp.
#include <sysexits.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "strata/core/launcher.hpp"

namespace strata {

/// The exit code of a job that left its work to another process.
inline constexpr int left_to_another = EX_TEMPFAIL;

/// Begins the line that a job prints last, for who started it: what became of its work.
inline constexpr std::string_view report_mark = "\t#outcome ";

/// What became of a job.
struct JobResult {
  int exit_code = -1;  ///< its process's, 128 + the signal that ended it, or -1: was never started
  std::string report;  ///< behind report_mark; empty where it did not come to that
};

/// Whether that is what `strata run` ends with when it was told to stop, or before it could listen.
bool was_stopped(int exit_code);

/// How many runs of how many are where.
struct RunCounts {
  size_t runs = 0, done = 0, failed = 0, interrupted = 0, running = 0;
};

/// Lines that stay, and on a terminal below them one that says how many runs are done.
class RunLines {
 public:
  void print(const std::string& line);
  void show(const RunCounts& counts);
  void clear() const;

 private:
  RunCounts counts_;
  bool terminal_ = terminal();
  static bool terminal();
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Shows what tasks of a run each print on standard error, a whole line at a time, behind the
/// task's label, and keeps what becomes of each.
class ShownJobs final : public LaunchListener {
 public:
  explicit ShownJobs(const std::vector<LaunchTask>& jobs);
  void started(size_t job) override;
  void said(size_t job, const std::string& line) override;
  void ended(size_t job, int code) override;
  void noted(const std::string& text) override;
  /// To be called when all have ended.
  std::vector<JobResult> take();

 private:
  const std::vector<LaunchTask>& jobs_;
  std::vector<JobResult> results_;
  RunCounts counts_;
  RunLines lines_;
};

}  // namespace strata
