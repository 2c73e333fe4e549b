#include "engine/side_by_side.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "engine/jobs.hpp"
#include "strata/record/record.hpp"
#include "strata/run/machine.hpp"

namespace strata {

std::string place_of(size_t index, size_t runs) {
  return runs > 1 ? fmt::format("run {} of {}", index + 1, runs) : "";
}

namespace {

/// The command that makes one of the runs, `at_once` of which share the cores.
std::vector<std::string> command_of(const CheckedExperiment& run, const std::string& place,
                                    const EngineRequest& request, int at_once) {
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
  const Json part = {{"place", place},
                     {"label", run.experiment.label},
                     {"command_line", request.command_line},
                     {"again", request.again}};
  command.insert(command.end(),
                 {"--part-of", part.dump(-1, ' ', true, Json::error_handler_t::replace)});
  return command;
}

/// What became of a run made by a process of its own: what its record says, where the process came
/// to close it.
RunOutcome outcome_of(const CheckedExperiment& run, int exit_code, const EngineRequest& request) {
  RunOutcome outcome{"completed", "", record_path(run.experiment, request.out), exit_code == 2};
  if (exit_code == kElsewhere) outcome.status = "elsewhere";
  if (exit_code == kElsewhere) return outcome;
  Json record;
  try {
    record = read_record(outcome.record);
  } catch (const std::exception&) {  // there is none
  }
  const bool closed = record.is_object() && record.at("status") != "running";
  if (exit_code == 0 && closed) return outcome;
  const bool stopped = exit_code == 130 || exit_code == 128 + SIGTERM;
  outcome.status = stopped ? "interrupted" : exit_code > 128 && !closed ? "killed" : "failed";
  outcome.error = exit_code > 128 ? fmt::format("its process was ended by signal {} ({})",
                                                exit_code - 128, strsignal(exit_code - 128))
                                  : fmt::format("its process ended with {}", exit_code);
  if (!closed || !record.at("error").is_string()) return outcome;
  const auto error = record.at("error").get<std::string>();
  const bool crashed = exit_code > 128 && error.rfind("its process crashed", 0) == 0;
  if (exit_code != 1 && exit_code != 2 && exit_code != 130 && !crashed) return outcome;
  outcome.status = record.at("status").get<std::string>();
  outcome.error = error;
  return outcome;
}

/// What tells a run from the others in what they print.
std::string label_of(const CheckedExperiment& run, bool one_name) {
  const LoadedExperiment& experiment = run.experiment;
  if (experiment.label.empty()) return experiment.settings.name;
  return one_name ? experiment.label : experiment.settings.name + " " + experiment.label;
}

}  // namespace

std::vector<RunOutcome> run_side_by_side(const std::vector<CheckedExperiment>& runs,
                                         const EngineRequest& request,
                                         const std::atomic<int>& stop) {
  const int at_once = std::min(request.jobs, static_cast<int>(runs.size()));
  const bool one_name = std::all_of(runs.begin(), runs.end(), [&](const auto& run) {
    return run.experiment.settings.name == runs[0].experiment.settings.name;
  });
  std::vector<std::string> labels;
  for (const CheckedExperiment& run : runs) labels.push_back(label_of(run, one_name));
  // Where one is long, the run's number stands before each of its lines.
  const bool all_short = std::all_of(labels.begin(), labels.end(),
                                     [](const auto& label) { return label.size() <= 32; });
  std::vector<Job> jobs;
  for (size_t i = 0; i < runs.size(); ++i)
    jobs.push_back({all_short ? labels[i] : fmt::format("{}/{}", i + 1, runs.size()),
                    command_of(runs[i], place_of(i, runs.size()), request, at_once)});
  const std::vector<JobResult> results = run_jobs(jobs, static_cast<size_t>(at_once), stop);
  std::vector<RunOutcome> outcomes;
  for (size_t i = 0; i < runs.size(); ++i)
    if (results[i].exit_code >= 0)  // else stopped before it began
      outcomes.push_back(outcome_of(runs[i], results[i].exit_code, request));
  return outcomes;
}

}  // namespace strata
