#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <set>

#include "engine/commands.hpp"
#include "engine/side_by_side.hpp"
#include "engine/summary.hpp"
#include "strata/record/record.hpp"
#include "strata/run/data_check.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/previous_run.hpp"
#include "strata/run/progress.hpp"

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
  bool stays = false;    ///< as it is recorded
  bool at_work = false;  ///< another process makes it: it is refused when its turn comes
  std::string why{};     ///< "completed before"; empty where there is no record
  std::string then{};    ///< what is done about it: "run anew"; empty where that needs no word
  std::string status{};  ///< of the record
};

/// "in stage 2 of 3 (pretrain-2)": where a run stopped that did so many stages.
std::string stopped_in(const Work& work, size_t stages_done) {
  const std::vector<StageSpec>& stages = work.run.plan.stages;
  if (stages_done >= stages.size()) return "after its last stage";
  return fmt::format("in stage {} of {} ({})", stages_done + 1, stages.size(),
                     stages[stages_done].name);
}

void decide(Work& work, const EngineRequest& request, PreviousRuns& records) {
  const PreviousRun recorded = records.find(work.run.experiment);
  work.at_work = recorded.at_work;
  if (work.at_work) work.why = "is running in another process";
  if (request.again || work.at_work) return;
  const std::string& status = work.status = recorded.status;
  const bool failed = status == "failed" || status == "diverged";
  work.stays = status == "completed" || (request.keep_failed && failed);
  if (status == "completed" || failed) work.why = status + " before";
  work.then = work.stays ? "--again runs it anew" : "run anew";
  if (status.empty()) {
    work.why = recorded.other;
  } else if (status == "interrupted" || status == "running") {
    work.why = fmt::format("was {} {}", status == "running" ? "killed" : status,
                           stopped_in(work, recorded.stages_done));
    work.then = "starts again from its beginning";
  }
}

/// Every run that the request asks for, each once; all mistakes are printed before the first one
/// starts.
std::vector<Work> expand(const EngineRequest& request, bool& good) {
  std::vector<Work> all;
  PreviousRuns records(request.out, request.data_folders);
  std::set<std::filesystem::path> places;
  for (const std::string& file : request.files) {
    Issues issues;
    std::vector<CheckedExperiment> runs = load_checked(request, file, issues);
    good = good && issues.ok();
    if (!issues.ok() || request.part_of.empty()) print_issues(issues);
    if (!issues.ok()) continue;
    if (!request.quiet && request.part_of.empty()) print_notes(runs);
    const size_t before = all.size();
    for (CheckedExperiment& run : runs) {
      if (!places.insert(record_path(run.experiment, request.out)).second) continue;
      all.push_back({std::move(run)});
      decide(all.back(), request, records);
    }
    if (!request.quiet && request.part_of.empty())
      print_repeated(file, runs.size(), runs.size() - (all.size() - before));
  }
  return all;
}

/// What is wrong with the device that a run asks for; empty where it is there.
std::string missing_device(const std::string& setting) {
  try {
    choose_device(setting);
    return "";
  } catch (const UserError& e) {
    return e.what();
  }
}

/// Tells, once each, which data sets' files and which devices are not there, and how many runs need
/// them. False where that is so.
bool can_start(const std::vector<Work>& all, const EngineRequest& request) {
  std::map<std::string, size_t> needed;  // what is wrong, by how many runs
  std::map<std::string, std::string> known;
  size_t to_run = 0;
  for (const Work& work : all) {
    if (work.stays) continue;
    ++to_run;
    const Experiment& settings = work.run.experiment.settings;
    const auto [found, is_new] = known.try_emplace(settings.data.dataset.dump().dump());
    if (is_new) found->second = missing_data(settings.data.dataset, request.data_folders);
    for (const std::string& missing : {found->second, missing_device(settings.device)})
      if (!missing.empty()) ++needed[missing];
  }
  for (const auto& [error, runs] : needed) {
    fmt::print(stderr, "strata: {}: {}\n", request.dry_run ? "warning" : "error", error);
    if (to_run > 1)
      fmt::print(stderr, "{} of {} runs need it{}\n", runs, to_run,
                 request.dry_run ? "" : "; none was started");
  }
  return needed.empty();
}

/// "3 to run, 1 completed before"
std::string totals_text(const std::vector<Work>& all) {
  std::map<std::string, size_t> staying;
  size_t to_run = 0;
  for (const Work& work : all) ++(work.stays || work.at_work ? staying[work.why] : to_run);
  std::string text = fmt::format("{} to run", to_run);
  for (const auto& [why, runs] : staying) text += fmt::format(", {} {}", runs, why);
  return text;
}

int list_runs(const std::vector<Work>& all) {
  for (const Work& work : all) {
    const LoadedExperiment& experiment = work.run.experiment;
    std::string what = work.why;
    if (!work.stays && !work.at_work)
      what = what.empty() ? "to run" : fmt::format("to run ({})", what);
    fmt::print("{}/{}  {}{}\n", experiment.settings.name, experiment.run_id(),
               experiment.label.empty() ? "" : experiment.label + "  ", what);
  }
  if (all.size() > 1) fmt::print("{} runs: {}\n", all.size(), totals_text(all));
  return 0;
}

RunOptions options_of(const EngineRequest& request) {
  RunOptions options;
  options.out = request.out;
  options.data_folders = request.data_folders;
  options.threads = request.threads;
  options.autograd = request.engine == "autograd";
  options.quiet = request.quiet;
  options.command_line = request.command_line;
  options.stop = &stop_requested;
  return options;
}

/// What another process has made of a run since this command began to look: "finished",
/// "elsewhere" (it is at work on it); empty where the run is to be made.
std::string meanwhile(const LoadedExperiment& run, const EngineRequest& request,
                      PreviousRuns& records) {
  if (request.again) return "";
  const PreviousRun recorded = records.find(run);
  if (recorded.status != "completed" && !recorded.at_work) return "";
  fmt::print(stderr, "{}: {} another process\n", run.title(),
             recorded.at_work ? "is running in" : "was completed meanwhile by");
  return recorded.at_work ? "elsewhere" : "finished";
}

/// The runs one after another in this process.
std::vector<RunOutcome> run_here(const std::vector<CheckedExperiment>& runs,
                                 const EngineRequest& request, const std::string& place) {
  const auto start = std::chrono::steady_clock::now();
  RunOptions options = options_of(request);
  PreviousRuns records(request.out, request.data_folders);
  std::vector<RunOutcome> outcomes;
  for (size_t i = 0; i < runs.size() && !stop_requested; ++i) {
    const CheckedExperiment& run = runs[i];
    const std::string other = meanwhile(run.experiment, request, records);
    if (!other.empty()) {
      outcomes.push_back({other, "", record_path(run.experiment, request.out), false});
      continue;
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    options.place = runs.size() == 1
                        ? place
                        : place_of(i, runs.size()) + time_left_text(spent.count(), i, runs.size());
    try {
      outcomes.push_back(run_experiment(run.experiment, run.plan, options));
    } catch (const RunError& e) {  // its record could not be written
      outcomes.push_back({"failed", e.what(), record_path(run.experiment, request.out), false});
    }
    print_outcome(run.experiment, outcomes.back(), request.quiet);
  }
  return outcomes;
}

/// In the process of one run of --jobs: makes it as what it is to the user.
std::vector<RunOutcome> run_part(std::vector<CheckedExperiment>& runs, EngineRequest request) {
  const Json part = Json::parse(request.part_of);
  runs.at(0).experiment.label = part.at("label").get<std::string>();
  request.command_line = part.at("command_line").get<std::vector<std::string>>();
  request.again = part.at("again").get<bool>();
  return run_here(runs, request, part.at("place").get<std::string>());
}

int exit_code_of(const std::vector<RunOutcome>& outcomes, size_t runs, bool is_part) {
  const bool cut_short = outcomes.size() < runs ||
                         std::any_of(outcomes.begin(), outcomes.end(), [](const auto& outcome) {
                           return outcome.status == "interrupted";
                         });
  if (stop_requested && cut_short) return 130;
  int code = 0;
  for (const RunOutcome& outcome : outcomes) {
    if (is_part && outcome.status == "elsewhere") return kElsewhere;
    if (outcome.status != "completed" && outcome.status != "finished")
      code = std::max(code, outcome.users_fault ? 2 : 1);
  }
  return code;
}

/// What became of all that was asked for; `outcomes` are those of the first of `runs`.
std::vector<Ended> ended(const std::vector<Work>& all, const std::vector<CheckedExperiment>& runs,
                         const std::vector<RunOutcome>& outcomes) {
  std::vector<Ended> list;
  size_t next = 0;
  for (const Work& work : all) {
    if (work.stays) {
      list.push_back({&work.run.experiment, work.status == "completed" ? "finished" : "kept", {}});
    } else if (next < outcomes.size()) {
      list.push_back({&runs[next].experiment, outcomes[next].status, outcomes[next]});
      ++next;
    } else {
      list.push_back({&runs[next++].experiment, "not started", {}});
    }
  }
  return list;
}

/// Says what is known of the runs before any starts.
void print_before(const std::vector<Work>& all, const EngineRequest& request) {
  if (const std::string warning = blas_warning(); !warning.empty())
    fmt::print(stderr, "strata: warning: {}\n", warning);
  size_t completed = 0;
  for (const Work& work : all) {
    if (request.quiet || work.then.empty() || work.why.empty()) continue;
    if (work.status == "completed" && all.size() > 1) {
      ++completed;
      continue;
    }
    const LoadedExperiment& run = work.run.experiment;
    fmt::print(stderr, "{}: {}; {}\n", run.title(), work.why, work.then);
    if (all.size() == 1)
      fmt::print(stderr, "  record: {}\n", record_path(run, request.out).string());
  }
  if (completed > 0)
    fmt::print(stderr, "{} of {} runs completed before; --again runs {} anew\n", completed,
               all.size(), completed == 1 ? "it" : "them");
}

/// Where no folder can be made for the records, no run needs to start.
void check_out(const std::string& out) {
  std::filesystem::path place = std::filesystem::absolute(out);
  std::error_code ignored;
  while (!std::filesystem::exists(place, ignored) && place.has_parent_path() &&
         place != place.root_path())
    place = place.parent_path();
  if (!std::filesystem::is_directory(place, ignored))
    throw UserError(fmt::format("--out {}: '{}' is no folder", out, place.string()));
  if (access(place.c_str(), W_OK | X_OK) != 0)
    throw UserError(fmt::format("--out {}: nothing may be written to '{}'", out, place.string()));
}

}  // namespace

int run_command(const EngineRequest& request) {
  check_out(request.out);
  bool good = true;
  std::vector<Work> all = expand(request, good);
  if (!good) return 2;
  const bool ready = !request.part_of.empty() || can_start(all, request);
  if (request.dry_run) return list_runs(all);
  if (!ready) return 2;
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  if (request.part_of.empty()) print_before(all, request);
  std::vector<CheckedExperiment> runs;
  for (Work& work : all)
    if (!work.stays) runs.push_back(std::move(work.run));
  std::vector<RunOutcome> outcomes;
  if (!request.part_of.empty())
    outcomes = run_part(runs, request);
  else if (request.jobs > 1)
    outcomes = run_side_by_side(runs, request, stop_signal);
  else
    outcomes = run_here(runs, request, "");
  print_summary(ended(all, runs, outcomes), request);
  return exit_code_of(outcomes, runs.size(), !request.part_of.empty());
}

}  // namespace strata
