#include "engine/side_by_side.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "engine/jobs.hpp"
#include "engine/work.hpp"
#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/parse_json.hpp"
#include "strata/support/print.hpp"
#include "strata/support/terminal.hpp"

namespace strata {

std::string place_of(size_t index, size_t runs) {
  return runs > 1 ? fmt::format("run {} of {}", index + 1, runs) : "";
}

namespace {

/// The command that makes one of the runs with so many threads.
std::vector<std::string> command_of(const Task& task, const std::string& place,
                                    const EngineRequest& request, int threads, size_t columns) {
  const CheckedExperiment& run = task.run;
  std::vector<std::string> command{std::filesystem::read_symlink("/proc/self/exe").string(),
                                   "run",
                                   run.experiment.file,
                                   "--out",
                                   request.out,
                                   "--again",
                                   "--threads",
                                   std::to_string(threads)};
  if (request.quiet) command.emplace_back("--quiet");
  if (!request.engine.empty()) command.insert(command.end(), {"--engine", request.engine});
  for (const std::string& plugin : request.plugins)
    command.insert(command.end(), {"--plugin", plugin});
  for (const std::string& folder : request.data_folders)
    command.insert(command.end(), {"--data", folder});
  for (const std::string& setting : run.experiment.overrides)
    command.insert(command.end(), {"--set", setting});
  const Json part = {{"place", place},
                     {"label", run.experiment.label},
                     {"command_line", request.command_line},
                     {"again", task.again},
                     {"resume_anyway", request.resume_anyway},
                     {"no_reuse", request.no_reuse},
                     {"written", task.written},
                     {"measures", task.measures},
                     {"beside", run.experiment.beside},
                     {"columns", columns}};
  command.insert(command.end(),
                 {"--part-of", part.dump(-1, ' ', true, Json::error_handler_t::replace)});
  return command;
}

/// What a record says that was closed as its process crashed; empty where none was.
std::string crash_in(const std::filesystem::path& record) {
  try {
    const Json error = read_record(record).at("error");
    const std::string text = error.is_string() ? error.get<std::string>() : "";
    return text.rfind("its process crashed", 0) == 0 ? text : "";
  } catch (const std::exception&) {  // there is none
    return "";
  }
}

/// What became of a run whose process did not come to say it.
RunOutcome lost_outcome(const CheckedExperiment& run, int exit_code, const EngineRequest& request) {
  RunOutcome outcome{was_stopped(exit_code) ? "interrupted"
                     : exit_code > 128      ? "killed"
                                            : "failed",
                     exit_code > 128 ? fmt::format("its process was ended by signal {} ({})",
                                                   exit_code - 128, strsignal(exit_code - 128))
                                     : fmt::format("its process ended with {}", exit_code),
                     record_path(run.experiment, request.out), false};
  if (outcome.status == "killed")
    for (const auto& folder :
         {outcome.record.parent_path(), folder_of_next(outcome.record.parent_path())})
      if (const std::string crash = crash_in(folder / "record.json"); !crash.empty())
        return {"failed", crash, folder / "record.json", false};
  return outcome;
}

RunOutcome outcome_of(const CheckedExperiment& run, const JobResult& result,
                      const EngineRequest& request) {
  const Json told = parse_json(result.report).value_or(Json());
  if (!told.is_object()) return lost_outcome(run, result.exit_code, request);
  return {told.at("status"), told.at("error"), told.at("record").get<std::string>(),
          told.at("users_fault"), told.at("kept").get<std::string>()};
}

}  // namespace

std::vector<std::string> labels_of(const std::vector<Task>& tasks) {
  const auto name_of = [](const Task& task) { return task.run.experiment.settings.name; };
  const bool one_name = std::all_of(tasks.begin(), tasks.end(), [&](const Task& task) {
    return name_of(task) == name_of(tasks[0]);
  });
  std::vector<std::string> labels;
  for (const Task& task : tasks) {
    const std::string& point = task.run.experiment.label;
    labels.push_back(!task.label.empty() ? task.label
                     : point.empty()     ? name_of(task)
                     : one_name          ? point
                                         : name_of(task) + " " + point);
  }
  return labels;
}

void run_side_by_side(std::vector<Task>& tasks, const std::vector<size_t>& places,
                      const EngineRequest& request, const Slot<Launcher>& slot,
                      const std::atomic<int>& stop) {
  const auto launcher = make(slot);
  const int threads = threads_of_each(request, slot, places.size());
  const std::vector<std::string> labels = labels_of(tasks);
  // Where one is long, the run's number stands before each of its lines.
  const bool all_short =
      !tasks[0].label.empty() || std::all_of(labels.begin(), labels.end(),
                                             [](const auto& label) { return label.size() <= 32; });
  const size_t terminal = terminal_columns(STDERR_FILENO);
  Launch launch;
  for (const size_t i : places) {
    const std::string label = all_short ? labels[i] : fmt::format("{}/{}", i + 1, tasks.size());
    const size_t before = label.size() + 3;  // "[label] "
    const size_t columns = terminal > before ? terminal - before : 0;
    launch.tasks.push_back(
        {label, command_of(tasks[i], place_of(i, tasks.size()), request, threads, columns)});
  }
  launch.name = tasks[0].run.experiment.settings.name;
  ShownJobs shown(launch.tasks);
  launch.listener = &shown;
  launch.stop = &stop;
  of_component(slot, "launch()", [&] { launcher->launch(launch); });
  const std::vector<JobResult> results = shown.take();
  for (size_t k = 0; k < places.size(); ++k)
    if (results[k].exit_code >= 0)  // else stopped before it began
      tasks[places[k]].outcome = outcome_of(tasks[places[k]].run, results[k], request);
}

void take_part(const std::string& part_of, Task& task, EngineRequest& request,
               RunOptions& options) {
  const Json part = parse_json(part_of).value();
  task.run.experiment.label = part.at("label").get<std::string>();
  task.written = part.at("written").get<int64_t>();
  task.measures = part.at("measures").get<bool>();
  task.run.experiment.beside = part.at("beside").get<std::string>();
  request.command_line = part.at("command_line").get<std::vector<std::string>>();
  options.again = task.again = part.at("again").get<bool>();
  options.resume_anyway = part.at("resume_anyway").get<bool>();
  options.reuse = !part.at("no_reuse").get<bool>();
  options.place = part.at("place").get<std::string>();
  options.columns = part.at("columns").get<size_t>();
}

void report_outcome(const RunOutcome& outcome) {
  const Json told = {{"status", outcome.status},
                     {"error", outcome.error},
                     {"record", outcome.record.string()},
                     {"users_fault", outcome.users_fault},
                     {"kept", outcome.kept.string()}};
  print_err("{}{}\n", report_mark, told.dump(-1, ' ', true, Json::error_handler_t::replace));
}

}  // namespace strata
