#pragma once
// Runs side by side: `--jobs`. Implemented in jobs.cpp.
#include <sysexits.h>

#include <array>
#include <atomic>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

/// A run to be made by a process of its own.
struct Job {
  std::string label;                 ///< begins each line that the process prints
  std::vector<std::string> command;  ///< program and arguments
};

/// The signals that ask a run to end, whose record is then closed.
inline constexpr std::array stop_signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU};

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

/// Runs the jobs, `at_once` at a time, each in a process, in order. What they print on standard
/// error appears on ours, a whole line at a time, behind the job's label, and so does what ended
/// one from outside; on a terminal a last line says how many are done. When `stop` holds a signal
/// no further job starts, and those running are told and waited for; should this process end before
/// them, they end with it. Call from one thread, the one that goes on to the process's end.
std::vector<JobResult> run_jobs(const std::vector<Job>& jobs, size_t at_once,
                                const std::atomic<int>& stop);

}  // namespace strata
