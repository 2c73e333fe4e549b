#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "engine/commands.hpp"
#include "engine/jobs.hpp"
#include "strata/run/machine.hpp"

namespace strata {
namespace {

std::atomic<bool> stop_requested{false};

/// The first signal asks the run to end; the second one ends the process at once.
extern "C" void request_stop(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

/// Every run that the request asks for; all mistakes are printed before the first one starts.
std::vector<CheckedExperiment> expand(const EngineRequest& request, bool& good) {
  std::vector<CheckedExperiment> runs;
  for (const std::string& file : request.files) {
    Issues issues;
    for (CheckedExperiment& run : load_checked(request, file, issues))
      runs.push_back(std::move(run));
    print_issues(issues);
    good = good && issues.ok();
  }
  return runs;
}

int list_runs(const std::vector<CheckedExperiment>& runs, const EngineRequest& request) {
  for (const CheckedExperiment& run : runs)
    fmt::print("{}/{}  {}  {}\n", run.experiment.settings.name, run.experiment.run_id(),
               run.experiment.label, recorded_status(run.experiment, request.out));
  return 0;
}

/// Whether a run is left as it is recorded.
bool stays(const CheckedExperiment& run, const EngineRequest& request) {
  if (request.again) return false;
  const std::string status = recorded_status(run.experiment, request.out);
  return status == "completed" ||
         (request.keep_failed && (status == "failed" || status == "diverged"));
}

void print_outcome(const RunOutcome& outcome, bool quiet) {
  if (outcome.status != "completed")
    fmt::print(stderr, "strata: {}: {} ({})\n", outcome.status, outcome.error,
               outcome.record.string());
  else if (!quiet)
    fmt::print(stderr, "  wrote {}\n", outcome.record.string());
}

RunOptions options_of(const EngineRequest& request) {
  RunOptions options;
  options.out = request.out;
  options.data_folders = request.data_folders;
  options.threads = request.threads;
  options.quiet = request.quiet;
  options.command_line = request.command_line;
  options.stop = &stop_requested;
  return options;
}

/// The runs one after another in this process.
std::vector<RunOutcome> run_here(const std::vector<CheckedExperiment>& runs,
                                 const EngineRequest& request) {
  const RunOptions options = options_of(request);
  std::vector<RunOutcome> outcomes;
  for (const CheckedExperiment& run : runs) {
    try {
      outcomes.push_back(run_experiment(run.experiment, run.plan, options));
    } catch (const RunError& e) {  // its record could not be written
      outcomes.push_back({"failed", e.what(), record_path(run.experiment, request.out), false});
    }
    print_outcome(outcomes.back(), request.quiet);
    if (stop_requested) break;
  }
  return outcomes;
}

/// The command that makes one of the runs alone.
std::vector<std::string> command_of(const CheckedExperiment& run, const EngineRequest& request) {
  const int threads = std::max(1, granted_cores() / std::max(1, request.jobs));
  std::vector<std::string> command{std::filesystem::read_symlink("/proc/self/exe").string(),
                                   "run",
                                   run.experiment.file,
                                   "--out",
                                   request.out,
                                   "--again",
                                   "--threads",
                                   std::to_string(request.threads > 0 ? request.threads : threads)};
  if (request.quiet) command.emplace_back("--quiet");
  for (const std::string& folder : request.data_folders)
    command.insert(command.end(), {"--data", folder});
  for (const std::string& setting : run.experiment.overrides)
    command.insert(command.end(), {"--set", setting});
  return command;
}

/// The runs side by side, each in a process of its own; what became of each is read from its
/// record.
std::vector<RunOutcome> run_side_by_side(const std::vector<CheckedExperiment>& runs,
                                         const EngineRequest& request) {
  std::vector<Job> jobs;
  for (const CheckedExperiment& run : runs)
    jobs.push_back(
        {run.experiment.label.empty() ? run.experiment.settings.name : run.experiment.label,
         command_of(run, request)});
  const std::vector<JobResult> results =
      run_jobs(jobs, static_cast<size_t>(request.jobs), stop_requested);
  std::vector<RunOutcome> outcomes;
  for (size_t i = 0; i < runs.size(); ++i) {
    const int code = results[i].exit_code;
    if (code < 0) continue;  // stopped before it began
    const char* status = code == 0 ? "completed" : code == 130 ? "interrupted" : "failed";
    outcomes.push_back({status, fmt::format("its process ended with {}", code),
                        record_path(runs[i].experiment, request.out), code == 2});
  }
  return outcomes;
}

/// Tells again, at the end, of the runs that did not complete; returns the exit code.
int conclude(const std::vector<RunOutcome>& outcomes) {
  int code = 0;
  size_t incomplete = 0;
  for (const RunOutcome& outcome : outcomes) {
    if (outcome.status == "completed") continue;
    ++incomplete;
    code = std::max(code, outcome.users_fault ? 2 : 1);
  }
  if (incomplete > 0 && outcomes.size() > 1) {
    fmt::print(stderr, "strata: {} of {} runs did not complete:\n", incomplete, outcomes.size());
    for (const RunOutcome& outcome : outcomes)
      if (outcome.status != "completed") print_outcome(outcome, false);
  }
  return stop_requested ? 130 : code;
}

}  // namespace

int run_command(const EngineRequest& request) {
  bool good = true;
  std::vector<CheckedExperiment> runs = expand(request, good);
  if (!good) return 2;
  if (request.dry_run) return list_runs(runs, request);
  if (const std::string warning = blas_warning(); !warning.empty())
    fmt::print(stderr, "strata: warning: {}\n", warning);
  const auto first_left = std::stable_partition(
      runs.begin(), runs.end(), [&](const auto& run) { return !stays(run, request); });
  if (!request.quiet)
    for (auto run = first_left; run != runs.end(); ++run)
      fmt::print(stderr, "{}: {} before; --again runs it anew\n",
                 record_path(run->experiment, request.out).string(),
                 recorded_status(run->experiment, request.out));
  runs.erase(first_left, runs.end());
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  return conclude(request.jobs > 1 ? run_side_by_side(runs, request) : run_here(runs, request));
}

}  // namespace strata
