#pragma once
#include <atomic>
#include <string>
#include <vector>

namespace strata {

/// A run to be made by a process of its own.
struct Job {
  std::string label;                 ///< begins each line that the process prints
  std::vector<std::string> command;  ///< program and arguments
};

/// What became of a job: its process's exit code, 128 + the signal that ended it, or -1 where it
/// was never started.
struct JobResult {
  int exit_code = -1;
};

/// Runs the jobs, `at_once` at a time, each in a process, in order. What they print on standard
/// error appears on ours, a whole line at a time, behind the job's label, and so does what ended
/// one from outside; on a terminal a last line says how many are done. When `stop` holds a signal
/// no further job starts, and those running are told and waited for; should this process end before
/// them, they end with it. Call from one thread, the one that goes on to the process's end.
std::vector<JobResult> run_jobs(const std::vector<Job>& jobs, size_t at_once,
                                const std::atomic<int>& stop);

}  // namespace strata
