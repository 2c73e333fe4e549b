#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "engine/commands.hpp"
#include "engine/jobs.hpp"
#include "engine/launch.hpp"
#include "engine/side_by_side.hpp"
#include "engine/summary.hpp"
#include "engine/work.hpp"
#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/run/machine.hpp"
#include "strata/run/measure_finished.hpp"
#include "strata/run/previous_run.hpp"
#include "strata/run/progress.hpp"
#include "strata/support/print.hpp"

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

void listen_for_stop() {
  for (const int signal : stop_signals) {
    const auto before = std::signal(signal, request_stop);
    if (signal == SIGHUP && before == SIG_IGN) std::signal(signal, SIG_IGN);  // nohup
  }
}

RunOptions options_of(const EngineRequest& request) {
  RunOptions options;
  options.out = request.out;
  options.data_folders = request.data_folders;
  options.threads = request.threads;
  options.engine = request.engine;
  options.quiet = request.quiet;
  options.command_line = request.command_line;
  options.stop = &stop_requested;
  options.resume_anyway = request.resume_anyway;
  options.reuse = !request.no_reuse;
  return options;
}

/// What another process has made of a run since this command looked first; nothing where the run is
/// still to be made. Its folder is held.
std::optional<RunOutcome> made_meanwhile(const Task& task, const EngineRequest& request,
                                         PreviousRuns& records) {
  const LoadedExperiment& run = task.run.experiment;
  const PreviousRun now = records.find(run);
  const bool anew = now.written != task.written;
  const bool completed = now.status == "completed" && now.lacks.empty() && (anew || !task.again);
  const bool failed = (now.status == "failed" || now.status == "diverged") && anew;
  if (!completed && !failed) return std::nullopt;
  if (completed) print_err("{}: was completed meanwhile by another process\n", run.title());
  return RunOutcome{completed ? "finished" : now.status, now.error, record_path(run, request.out),
                    false};
}

/// Those of the tasks at these places, one after another in this process.
void run_here(std::vector<Task>& tasks, const std::vector<size_t>& places,
              const EngineRequest& request, RunOptions options) {
  const auto start = std::chrono::steady_clock::now();
  PreviousRuns records(request.out, request.data_folders,
                       request.verify ? FileCheck::content : FileCheck::quick);
  for (size_t k = 0; k < places.size() && !stop_requested; ++k) {
    Task& task = tasks[places[k]];
    const CheckedExperiment& run = task.run;
    options.again = task.again;
    options.made_before = [&] { return made_meanwhile(task, request, records); };
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    if (tasks.size() > 1)
      options.place =
          place_of(places[k], tasks.size()) + time_left_text(spent.count(), k, places.size());
    try {
      const auto make = task.measures ? measure_finished : run_experiment;
      task.outcome = make(run.experiment, run.plan, options);
    } catch (const RunError& e) {  // its record could not be written
      task.outcome = RunOutcome{"failed", e.what(), {}, false};
    }
    print_outcome(run.experiment, *task.outcome, request.quiet);
    if (task.outcome->status != "elsewhere") task.run.plan = Plan();  // with its weights
  }
}

/// Waits until other processes have let go of some of the runs at these places: those.
std::vector<size_t> wait_for_others(const std::vector<Task>& tasks,
                                    const std::vector<size_t>& places,
                                    const EngineRequest& request) {
  std::vector<size_t> free;
  while (!stop_requested && free.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    for (const size_t i : places)
      if (!is_at_work(record_path(tasks[i].run.experiment, request.out).parent_path()))
        free.push_back(i);
  }
  return free;
}

/// The places of the tasks, in the order in which to start them.
std::vector<size_t> order_of(const std::vector<Task>& tasks) {
  std::vector<const std::vector<ForeseenStage>*> stages;
  for (const Task& task : tasks) stages.push_back(&task.stages);
  return new_stages_first(stages);
}

/// Makes every run that nobody else makes, waits for those that others make, and takes over what
/// they leave undone.
void run_all(std::vector<Task>& tasks, const EngineRequest& request,
             const Slot<Launcher>& launcher) {
  std::vector<size_t> places = order_of(tasks), elsewhere;
  while (!places.empty() && !stop_requested) {
    if (launcher.empty())
      run_here(tasks, places, request, options_of(request));
    else
      run_side_by_side(tasks, places, request, launcher, stop_signal);
    const bool told = !elsewhere.empty();
    elsewhere.clear();
    for (size_t i = 0; i < tasks.size(); ++i)
      if (tasks[i].outcome && tasks[i].outcome->status == "elsewhere") elsewhere.push_back(i);
    if (elsewhere.empty()) break;
    if (!told && !request.quiet)
      print_err("waiting for {} that other processes are making\n",
                elsewhere.size() == 1 ? "a run" : fmt::format("{} runs", elsewhere.size()));
    places = wait_for_others(tasks, elsewhere, request);
  }
}

/// In the process of one run of --jobs: makes it as what it is to the user.
int run_part(Task& task, EngineRequest request) {
  RunOptions options = options_of(request);
  take_part(request.part_of, task, request, options);
  options.command_line = request.command_line;
  std::vector<Task> tasks;
  tasks.push_back(std::move(task));
  run_here(tasks, {0}, request, options);
  const RunOutcome outcome = tasks[0].outcome.value_or(RunOutcome{"interrupted", "", {}, false});
  report_outcome(outcome);
  if (outcome.status == "interrupted") return 130;
  if (outcome.status == "elsewhere") return left_to_another;
  return outcome.status == "completed" || outcome.status == "finished" ? 0
         : outcome.users_fault                                         ? 2
                                                                       : 1;
}

int exit_code_of(const std::vector<Task>& tasks) {
  const auto cut_short = [](const Task& task) {
    return !task.outcome || task.outcome->status == "interrupted" ||
           task.outcome->status == "elsewhere";
  };
  if (stop_requested && std::any_of(tasks.begin(), tasks.end(), cut_short)) return 130;
  int code = 0;
  for (const Task& task : tasks)
    if (!task.outcome ||
        (task.outcome->status != "completed" && task.outcome->status != "finished"))
      code = std::max(code, task.outcome && task.outcome->users_fault ? 2 : 1);
  return code;
}

/// Whether each was made from its first stage to its last by this command.
bool all_trained(const std::vector<Task>& tasks) {
  return std::all_of(tasks.begin(), tasks.end(), [](const Task& task) {
    if (!task.outcome || task.outcome->status != "completed") return false;
    const Json record = read_record(task.outcome->record);
    const Json& reused = record["timing"].value("reused_seconds", Json(0.0));
    return reused == 0.0 && record.value("legs", Json::array()).size() <= 1;
  });
}

/// What became of all that was asked for; the tasks are those that do not stay.
std::vector<Ended> ended(const std::vector<Work>& all, const std::vector<Task>& tasks) {
  std::vector<Ended> list;
  auto next = tasks.begin();
  for (const Work& work : all) {
    if (work.stays) {
      list.push_back({&work.run.experiment, work.status == "completed" ? "finished" : "kept", {}});
    } else {
      const RunOutcome outcome = next->outcome.value_or(RunOutcome{"not started", "", {}, false});
      list.push_back({&next++->run.experiment, outcome.status, outcome});
    }
  }
  return list;
}

/// What became of a run that was handed on.
RunOutcome outcome_of(const RunState& state, const LaunchedRun& run) {
  switch (state.kind) {
    case RunState::Kind::completed:
      return {"completed", "", run.record, false, {}};
    case RunState::Kind::failed:
      return {state.status, state.words, run.record, false, {}};
    case RunState::Kind::lost:
    case RunState::Kind::stopped:
      return {"interrupted", state.words, run.record, false, {}};
    case RunState::Kind::running:
    case RunState::Kind::waiting:
      break;
  }
  return {"elsewhere", state.words, run.record, false, {}};
}

/// About how long one of the runs takes that are to be made; 0 where that cannot be told.
double seconds_of_each(const std::vector<Work>& all) {
  const std::optional<Cost> cost = total_cost(all, 1);
  const auto runs =
      std::count_if(all.begin(), all.end(), [](const Work& work) { return work.cost.has_value(); });
  return cost && runs > 0 ? cost->seconds / static_cast<double>(runs) : 0;
}

/// Hands every run on; with --wait, stays until all have ended.
int launch_all(const std::vector<Work>& all, std::vector<Task>& tasks, const EngineRequest& request,
               const Slot<Launcher>& launcher) {
  const std::vector<size_t> places = order_of(tasks);
  const std::optional<Launched> launched =
      places.empty() ? std::nullopt
                     : hand_on(tasks, places, seconds_of_each(all), request, launcher);
  if (!launched || !request.wait) {
    if (places.empty()) print_summary(ended(all, tasks), request);
    return 0;
  }
  const std::vector<RunState> states = follow(*launched, stop_signal);
  if (stop_requested) {
    print_err("strata: the runs go on without this command\n");
    return 130;
  }
  for (size_t i = 0; i < states.size(); ++i)
    for (Task& task : tasks)
      if (const LaunchedRun& run = launched->runs()[i];
          launched_record(task.run.experiment, request.out) == run.record)
        task.outcome = outcome_of(states[i], run);
  print_summary(ended(all, tasks), request);
  return exit_code_of(tasks);
}

/// In a task whose runs are made, or were stopped: where that was for the time limit, and they have
/// come on, it is started again. The exit code.
int end_task(const OwnTask& own, const std::vector<Task>& tasks, const EngineRequest& request) {
  const int code = exit_code_of(tasks);
  if (!stop_requested || code != 130) return code;
  PreviousRuns records(request.out, request.data_folders);
  const bool came_on = std::any_of(tasks.begin(), tasks.end(), [&](const Task& task) {
    return records.find(task.run.experiment).written != task.written;
  });
  if (!came_on)
    print_err("strata: error: it was stopped before any run could come on; not started again\n");
  else if (own.launched.start_again(stop_signal))
    print_err("strata: stopped; it waits to be started again\n");
  return code;
}

/// Says where runs of other files have the same name, and so lie, and are compared, with these.
void note_others(const std::vector<Work>& all, const EngineRequest& request) {
  std::set<std::filesystem::path> folders;
  for (const Work& work : all)
    folders.insert(record_path(work.run.experiment, request.out).parent_path().parent_path());
  for (const auto& folder : folders)
    if (const auto others = files_of_others(folder, request.files); !others.empty())
      print_err("strata: note: {} holds runs of {}, too; another 'name' keeps them apart\n",
                folder.string(), fmt::join(others, ", "));
}

/// Says what is known of the runs before any starts.
void print_before(const std::vector<Work>& all, const EngineRequest& request) {
  if (const std::string warning = blas_warning(); !warning.empty())
    print_err("strata: warning: {}\n", warning);
  if (!request.quiet) note_others(all, request);
  size_t completed = 0;
  for (const Work& work : all) {
    if (request.quiet || work.then.empty() || work.why.empty()) continue;
    if (work.status == "completed" && !work.measures && all.size() > 1) {
      ++completed;
      continue;
    }
    const LoadedExperiment& run = work.run.experiment;
    print_err("{}: {}; {}\n", run.title(), work.why, work.then);
    if (all.size() == 1) print_err("  record: {}\n", record_path(run, request.out).string());
  }
  if (completed > 0)
    print_err("{} of {} runs completed before; --again runs {} anew\n", completed, all.size(),
              completed == 1 ? "it" : "them");
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

int run_command(const EngineRequest& given) {
  EngineRequest request = given;
  const std::optional<OwnTask> own = take_task(request);
  if (own) listen_for_stop();  // it may come at any time
  check_out(request.out);
  bool good = true;
  std::vector<Work> all = expand(request, good, own ? std::optional(own->runs) : std::nullopt);
  const Slot<Launcher> launcher = read_launcher(request, good);
  if (!good) return 2;
  if (own) check_same(*own, all.size());
  const bool ready = !request.part_of.empty() || can_start(all, request);
  const bool hands_on = !launcher.empty() && make(launcher)->hands_on();
  if (request.part_of.empty()) foresee_stages(all, request, launcher);
  if (ready && !request.is_part() && (request.dry_run || !request.quiet || hands_on))
    foresee_costs(all, request, launcher);
  if (request.dry_run) {
    list_runs(all, request);
    return 0;
  }
  if (!ready) return 2;
  if (!own) listen_for_stop();
  const std::optional<Cost> cost = total_cost(all, request.jobs);
  const bool is_long = cost && cost->seconds >= kShortRun && !request.quiet && !hands_on;
  std::vector<Task> tasks;
  if (!request.is_part()) print_before(all, request);
  if (is_long) print_err("{}\n", cost_text(*cost));
  for (Work& work : all)
    if (!work.stays)
      tasks.push_back({std::move(work.run),
                       work.written,
                       work.again,
                       work.measures,
                       std::move(work.stages),
                       {}});
  if (own) label_as_launched(*own, tasks);
  if (!request.part_of.empty()) return run_part(tasks.at(0), request);
  if (hands_on) return launch_all(all, tasks, request, launcher);
  const auto begin = std::chrono::steady_clock::now();
  run_all(tasks, request, launcher);
  if (own) return end_task(*own, tasks, request);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (is_long && all_trained(tasks)) print_err("{}\n", cost_error_text(*cost, took.count()));
  print_summary(ended(all, tasks), request);
  return exit_code_of(tasks);
}

}  // namespace strata
