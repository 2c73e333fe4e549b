#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <set>

#include "engine/commands.hpp"
#include "engine/jobs.hpp"
#include "strata/record/record.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/recorded.hpp"

namespace strata {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signal{0};

/// The first signal asks the run to end; the same one again ends the process at once.
extern "C" void request_stop(int signal) {
  stop_signal = signal;
  stop_requested = true;
  std::signal(signal, SIG_DFL);
}

/// A run of the request, and what is done about it.
struct Work {
  CheckedExperiment run;
  bool stays = false;  ///< as it is recorded
  std::string why;     ///< "completed before"; empty where there is no record
};

void decide(Work& work, const EngineRequest& request, RecordedRuns& records) {
  if (request.again) return;
  const Recorded recorded = records.find(work.run.experiment);
  const std::string& status = recorded.status;
  work.stays = status == "completed" ||
               (request.keep_failed && (status == "failed" || status == "diverged"));
  work.why = status.empty() ? recorded.other : status + " before";
}

/// Every run that the request asks for, each once; all mistakes are printed before the first one
/// starts.
std::vector<Work> expand(const EngineRequest& request, bool& good) {
  std::vector<Work> all;
  RecordedRuns records(request.out, request.data_folders);
  std::set<std::filesystem::path> places;
  for (const std::string& file : request.files) {
    Issues issues;
    for (CheckedExperiment& run : load_checked(request, file, issues)) {
      if (issues.ok() && !places.insert(record_path(run.experiment, request.out)).second) continue;
      all.push_back({std::move(run), false, ""});
      if (issues.ok()) decide(all.back(), request, records);
    }
    print_issues(issues);
    good = good && issues.ok();
  }
  return all;
}

int list_runs(const std::vector<Work>& all) {
  for (const Work& work : all) {
    const LoadedExperiment& experiment = work.run.experiment;
    std::string what = work.why;
    if (!work.stays) what = what.empty() ? "to run" : fmt::format("to run ({})", what);
    fmt::print("{}/{}  {}{}\n", experiment.settings.name, experiment.run_id(),
               experiment.label.empty() ? "" : experiment.label + "  ", what);
  }
  return 0;
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

/// The command that makes one of the runs, `at_once` of which share the cores.
std::vector<std::string> command_of(const CheckedExperiment& run, const EngineRequest& request,
                                    int at_once) {
  const int threads = std::max(1, granted_cores() / std::max(1, at_once));
  std::vector<std::string> command{std::filesystem::read_symlink("/proc/self/exe").string(),
                                   "run",
                                   run.experiment.file,
                                   "--out",
                                   request.out,
                                   "--again",
                                   "--threads",
                                   std::to_string(request.threads > 0 ? request.threads : threads)};
  if (request.quiet) command.emplace_back("--quiet");
  for (const std::string& plugin : request.plugins)
    command.insert(command.end(), {"--plugin", plugin});
  for (const std::string& folder : request.data_folders)
    command.insert(command.end(), {"--data", folder});
  for (const std::string& setting : run.experiment.overrides)
    command.insert(command.end(), {"--set", setting});
  return command;
}

/// What became of a run made by a process of its own: what its record says, where the process came
/// to close it.
RunOutcome outcome_of(const CheckedExperiment& run, int exit_code, const EngineRequest& request) {
  RunOutcome outcome{"completed", "", record_path(run.experiment, request.out), exit_code == 2};
  Json record;
  try {
    record = read_record(outcome.record);
  } catch (const std::exception&) {  // there is none
  }
  const bool closed = record.is_object() && record.at("status") != "running";
  if (exit_code == 0 && closed) return outcome;
  const bool stopped = exit_code == 130 || exit_code == 128 + SIGTERM;
  outcome.status = stopped ? "interrupted" : "failed";
  outcome.error = fmt::format("its process ended with {}", exit_code);
  if (exit_code != 1 && exit_code != 2 && exit_code != 130) return outcome;
  if (!closed || !record.at("error").is_string()) return outcome;
  outcome.status = record.at("status").get<std::string>();
  outcome.error = record.at("error").get<std::string>();
  return outcome;
}

/// What tells a run from the others in what they print.
std::string label_of(const CheckedExperiment& run, bool one_name) {
  const LoadedExperiment& experiment = run.experiment;
  if (experiment.label.empty()) return experiment.settings.name;
  return one_name ? experiment.label : experiment.settings.name + " " + experiment.label;
}

/// The runs side by side, each in a process of its own.
std::vector<RunOutcome> run_side_by_side(const std::vector<CheckedExperiment>& runs,
                                         const EngineRequest& request) {
  const int at_once = std::min(request.jobs, static_cast<int>(runs.size()));
  const bool one_name = std::all_of(runs.begin(), runs.end(), [&](const auto& run) {
    return run.experiment.settings.name == runs[0].experiment.settings.name;
  });
  std::vector<Job> jobs;
  for (const CheckedExperiment& run : runs)
    jobs.push_back({label_of(run, one_name), command_of(run, request, at_once)});
  const std::vector<JobResult> results = run_jobs(jobs, static_cast<size_t>(at_once), stop_signal);
  std::vector<RunOutcome> outcomes;
  for (size_t i = 0; i < runs.size(); ++i)
    if (results[i].exit_code >= 0)  // else stopped before it began
      outcomes.push_back(outcome_of(runs[i], results[i].exit_code, request));
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
  std::vector<Work> all = expand(request, good);
  if (!good) return 2;
  if (request.dry_run) return list_runs(all);
  if (const std::string warning = blas_warning(); !warning.empty())
    fmt::print(stderr, "strata: warning: {}\n", warning);
  std::vector<CheckedExperiment> runs;
  for (Work& work : all) {
    if (!work.why.empty() && !request.quiet)
      fmt::print(stderr, "{}: {}; {}\n", record_path(work.run.experiment, request.out).string(),
                 work.why, work.stays ? "--again runs it anew" : "run anew");
    if (!work.stays) runs.push_back(std::move(work.run));
  }
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  return conclude(request.jobs > 1 ? run_side_by_side(runs, request) : run_here(runs, request));
}

}  // namespace strata
