#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <thread>

#include "engine/jobs.hpp"
#include "engine/launch.hpp"
#include "strata/record/record.hpp"
#include "strata/record/run_folder.hpp"
#include "strata/registry/load.hpp"
#include "strata/support/files.hpp"
#include "strata/support/parse_json.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// A launcher of a type and with parameters that were written by dump().
Slot<Launcher> launcher_of(const Json& dumped) {
  Slot<Launcher> slot;
  Issues issues;
  const std::string text = dumped.dump();
  Node node = parse_yaml_value(std::make_shared<const Source>(Source{"launch.json", text}), 0,
                               text.size(), issues);
  set_paths(node);
  Reader(issues, Registry::instance()).read_component(node, Launcher::family, slot);
  if (!issues.ok()) throw UserError(issues.format());
  return slot;
}

/// "in stage 2 of 3 (pretrain-2) after 4 epochs", by a record that is being written; may be empty.
std::string place_in(const Json& record) {
  const Json stages = record.value("stages", Json::array());
  if (!stages.is_array() || stages.empty()) return "";
  const Json& last = stages.back();
  return fmt::format("in stage {} ({})", stages.size(), last.value("name", "?"));
}

/// @param at_work  a process holds the run's folder
RunState state_of(const LaunchedRun& run, const TaskState& task) {
  using Kind = RunState::Kind;
  Json record;
  std::error_code none;
  const auto time = fs::last_write_time(run.record, none);
  const bool anew = !none && time.time_since_epoch().count() != run.written;
  try {
    record = read_record(run.record);
  } catch (const std::exception&) {  // none, or it is being replaced
  }
  const std::string status = record.is_object() ? record.value("status", "") : "";
  if (is_at_work(run.record.parent_path())) {
    std::string place = anew ? place_in(record) : "";
    return {Kind::running, status, place + (place.empty() ? "" : "; ") + "its task " + task.words};
  }
  if (anew && status == "completed") return {Kind::completed, status, ""};
  if (anew && (status == "failed" || status == "diverged")) {
    const Json error = record.value("error", Json());
    return {Kind::failed, status, error.is_string() ? error.get<std::string>() : ""};
  }
  const std::string begun = anew && !status.empty() ? "it has begun, and goes on; " : "";
  const std::string words = begun + "its task " + task.words;
  if (task.phase != TaskState::Phase::ended) return {Kind::waiting, status, words};
  return {task.machine ? Kind::lost : Kind::stopped, status, "its task " + task.words};
}

/// What tasks add to their logs.
class Logs {
 public:
  explicit Logs(const Launched& launched) : offsets_(launched.launch().tasks.size(), 0) {
    for (size_t task = 0; task < offsets_.size(); ++task)
      paths_.push_back(task_log(launched.folder(), task));
  }

  void show_new(RunLines& lines) {
    for (size_t task = 0; task < paths_.size(); ++task) {
      const auto facts = file_facts(paths_[task]);
      if (!facts || facts->bytes <= offsets_[task]) continue;
      const std::string text = read_file(paths_[task]);
      for (size_t end = 0; (end = text.find('\n', offsets_[task])) != std::string::npos;
           offsets_[task] = end + 1)
        lines.print(text.substr(offsets_[task], end - offsets_[task]));
    }
  }

 private:
  std::vector<fs::path> paths_;
  std::vector<size_t> offsets_;
};

RunCounts counts_of(const std::vector<RunState>& states) {
  RunCounts counts;
  counts.runs = states.size();
  for (const RunState& state : states) {
    counts.running += state.kind == RunState::Kind::running;
    counts.failed += state.kind == RunState::Kind::failed;
    counts.interrupted +=
        state.kind == RunState::Kind::stopped || state.kind == RunState::Kind::lost;
    counts.done += state.kind == RunState::Kind::completed || state.kind == RunState::Kind::failed;
  }
  return counts;
}

}  // namespace

Launched::Launched(const fs::path& folder) {
  const auto file = parse_json(read_file(folder / "launch.json"));
  if (!file || !file->is_object())
    throw UserError(fmt::format("{} is no launch of strata's", (folder / "launch.json").string()));
  file_ = *file;
  for (const Json& plugin : file_.at("plugins"))
    load_plugin(plugin.get<std::string>(), file_.at("folder").get<std::string>());
  launch_.folder = folder;
  for (const Json& run : file_.at("runs"))
    runs_.push_back({run.at("title"), run.at("label"), run.at("id"),
                     run.at("record").get<std::string>(), run.at("written"), run.at("task")});
  launch_.name = fs::path(runs_.at(0).id).parent_path().string();
  for (const Json& command : file_.at("commands"))
    launch_.tasks.push_back(
        {fmt::format("task {}", launch_.tasks.size()), command.get<std::vector<std::string>>()});
  launcher_ = make(launcher_of(file_.at("launcher")));
}

std::string Launched::describe() const {
  const Json& ticket = file_.at("ticket");
  const size_t tasks = launch_.tasks.size();
  return fmt::format("{} task{}: {}", tasks, tasks == 1 ? "" : "s",
                     ticket.is_null() ? "never handed on" : launcher_->describe(ticket));
}

std::vector<RunState> Launched::states() const {
  const Json& ticket = file_.at("ticket");
  std::vector<TaskState> tasks(launch_.tasks.size(),
                               {TaskState::Phase::ended, "was never handed on", false});
  if (!ticket.is_null()) tasks = launcher_->look(launch_, ticket);
  std::vector<RunState> states;
  for (const LaunchedRun& run : runs_) states.push_back(state_of(run, tasks.at(run.task)));
  return states;
}

void Launched::cancel() const {
  if (const Json& ticket = file_.at("ticket"); !ticket.is_null())
    launcher_->cancel(launch_, ticket);
}

bool Launched::start_again(int signal) const {
  return launcher_->start_again(signal);
}

std::vector<RunState> follow(const Launched& launched, const std::atomic<int>& stop) {
  constexpr auto tick = std::chrono::milliseconds(500);
  constexpr int ticks_between_looks = 8;  // the queue is not to be asked all the time
  Logs logs(launched);
  RunLines lines;
  std::vector<RunState> states(launched.runs().size());
  const auto is_open = [](const RunState& state) {
    return state.kind == RunState::Kind::running || state.kind == RunState::Kind::waiting;
  };
  for (int i = 0; stop == 0; ++i) {
    if (i % ticks_between_looks == 0) {
      try {
        states = launched.states();
      } catch (const RunError& e) {
        lines.print(fmt::format("strata: warning: {}", e.what()));
      }
    }
    logs.show_new(lines);
    lines.show(counts_of(states));
    if (std::none_of(states.begin(), states.end(), is_open)) break;
    std::this_thread::sleep_for(tick);
  }
  logs.show_new(lines);
  lines.clear();
  return states;
}

}  // namespace strata
