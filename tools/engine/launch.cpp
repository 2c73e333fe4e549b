#include "engine/launch.hpp"

#include <fmt/format.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "strata/composition/compose.hpp"
#include "strata/registry/load.hpp"
#include "strata/run/progress.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"
#include "strata/support/sha256.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const Source> argument(const std::string& name, const std::string& text) {
  return std::make_shared<const Source>(Source{name, text});
}

/// The name of a launcher, a map with its options, or the path of a file with one.
Node named_launcher(const std::string& given, Issues& issues) {
  const auto names = Registry::instance().names(Launcher::family);
  const bool is_name = std::count(names.begin(), names.end(), given) > 0;
  std::error_code none;
  if (!is_name && (fs::exists(given, none) || given.find('/') != std::string::npos ||
                   fs::path(given).extension() == ".yaml"))
    return parse_yaml_file(given, issues, nullptr);
  return parse_yaml_value(argument("--launcher", given), 0, given.size(), issues);
}

std::string type_of(const Node& launcher) {
  const Node* type = launcher.is_map() ? launcher.get("type") : &launcher;
  return type != nullptr && type->is_scalar() ? type->scalar : "";
}

/// "max-parallel=8" over the launcher: where the option is a text, what is given is one.
void apply_option(Node& launcher, const std::string& option, Issues& issues) {
  Override over;
  const size_t equals = option.find('=');
  const std::string name = option.substr(0, equals), given = option.substr(equals + 1);
  over.path = name;
  std::replace(over.path.begin(), over.path.end(), '-', '_');
  const auto source = argument("--" + name, given);
  over.origin = {source, 1, 1};
  over.value = parse_yaml_value(source, 0, given.size(), issues);
  const ComponentInfo* info = Registry::instance().find(Launcher::family, type_of(launcher));
  const Field* field = info == nullptr ? nullptr : info->params.find(over.path);
  if (field != nullptr && field->type.innermost().kind == ParamType::Kind::text &&
      over.value.kind != Node::Kind::sequence) {
    over.value = {};
    over.value.kind = Node::Kind::scalar;
    over.value.scalar = given;
    over.value.quoted = true;
    over.value.origin = {source, 1, 1};
  }
  apply_override(launcher, over, issues);
}

/// The command that makes a task's runs, but for the task.
std::vector<std::string> task_command(const EngineRequest& request, int threads) {
  std::vector<std::string> words{fs::read_symlink("/proc/self/exe").string(), "run"};
  words.insert(words.end(), request.files.begin(), request.files.end());
  const auto add = [&](const char* option, const std::vector<std::string>& values) {
    for (const std::string& value : values) words.insert(words.end(), {option, value});
  };
  const auto add_one = [&](const char* option, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {option, value});
  };
  add("--set", request.overrides);
  add("--sweep", request.sweeps);
  add("--plugin", request.plugins);
  add("--data", request.data_folders);
  add_one("--seeds", request.seeds);
  add_one("--device", request.device);
  add_one("--engine", request.engine);
  add_one("--out", request.out);
  add_one("--threads", std::to_string(threads));
  const std::pair<const char*, bool> flags[] = {{"--again", request.again},
                                                {"--resume-anyway", request.resume_anyway},
                                                {"--no-reuse", request.no_reuse},
                                                {"--verify", request.verify},
                                                {"--keep-failed", request.keep_failed},
                                                {"--quiet", request.quiet}};
  for (const auto& [flag, given] : flags)
    if (given) words.emplace_back(flag);
  return words;
}

/// The records of runs that wait, or are made, in a launch that is not over.
std::set<fs::path> launched_already(const fs::path& out) {
  std::set<fs::path> records;
  for (const fs::path& folder : launch_folders(out)) {
    try {
      const Launched launched(folder);
      const std::vector<RunState> states = launched.states();
      for (size_t i = 0; i < states.size(); ++i)
        if (states[i].kind == RunState::Kind::waiting || states[i].kind == RunState::Kind::running)
          records.insert(launched.runs()[i].record);
    } catch (const std::exception&) {  // what cannot be asked keeps nobody from launching
    }
  }
  return records;
}

fs::path new_folder(const fs::path& out) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  fs::path folder =
      fs::absolute(out) / ".launches" /
      fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}-{}", utc.tm_year + 1900, utc.tm_mon + 1,
                  utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, getpid());
  make_folder(folder);
  return folder.lexically_normal();
}

int note_library(dl_phdr_info* info, size_t, void* hashes) {
  const fs::path path = info->dlpi_name;
  if (path.filename().string().rfind("libstrata", 0) == 0)
    (*static_cast<Json*>(hashes))[path.filename().string()] = sha256_hex(read_file(path));
  return 0;
}

void tell(const Launched& launched, size_t runs, double seconds, const EngineRequest& request) {
  if (request.quiet) return;
  const size_t tasks = launched.launch().tasks.size();
  print_err("launched {} run{} as {}\n", runs, runs == 1 ? "" : "s", launched.describe());
  if (runs > tasks)
    print_err("  up to {} runs a task{}\n", (runs + tasks - 1) / tasks,
              seconds > 0 ? fmt::format(", each of about {}", duration_text(seconds)) : "");
  const std::string self =
      request.command_line.empty() ? "strata" : shell_word(request.command_line[0]);
  print_err("  how they stand: {} status {}\n  to end them: {} cancel {}\n", self,
            shell_word(request.out), self, shell_word(request.out));
}

}  // namespace

Slot<Launcher> read_launcher(const EngineRequest& request, bool& good) {
  Slot<Launcher> launcher;
  std::vector<std::string> options = request.launcher_options;
  if (request.jobs > 1) options.push_back(fmt::format("jobs={}", request.jobs));
  const std::string given = request.launcher.empty() && (request.jobs > 1 || !request.task.empty())
                                ? "local"
                                : request.launcher;
  if (given.empty()) return launcher;
  Issues issues;
  Node node = named_launcher(given, issues);
  for (const std::string& option : options)
    if (issues.ok()) apply_option(node, option, issues);
  if (issues.ok()) {
    set_paths(node);
    Reader(issues, Registry::instance()).read_component(node, Launcher::family, launcher);
  }
  print_issues(issues);
  good = good && issues.ok();
  return launcher;
}

Json program_hashes() {
  Json hashes = {{"strata", sha256_hex(read_file("/proc/self/exe"))}};
  dl_iterate_phdr(note_library, &hashes);
  for (const PluginLibrary& plugin : loaded_plugins()) hashes[plugin.path.string()] = plugin.sha256;
  return hashes;
}

fs::path task_log(const fs::path& launch, size_t task) {
  return launch / fmt::format("task-{}.log", task);
}

fs::path launched_record(const LoadedExperiment& run, const std::string& out) {
  return fs::absolute(record_path(run, out)).lexically_normal();
}

std::vector<fs::path> launch_folders(const fs::path& out) {
  std::vector<fs::path> folders;
  std::error_code none;
  for (const auto& entry : list_folder(fs::absolute(out) / ".launches", none))
    folders.push_back(entry.path().lexically_normal());
  std::reverse(folders.begin(), folders.end());
  return folders;
}

std::optional<Launched> hand_on(const std::vector<Task>& tasks, const std::vector<size_t>& places,
                                double seconds, const EngineRequest& request,
                                const Slot<Launcher>& slot) {
  const std::set<fs::path> already = launched_already(request.out);
  const std::vector<std::string> labels = labels_of(tasks);
  std::vector<const Task*> left;
  for (const size_t place : places)
    if (already.count(launched_record(tasks[place].run.experiment, request.out)) == 0)
      left.push_back(&tasks[place]);
  if (left.size() < places.size())
    print_err("{} of {} runs {} launched already: strata status {}\n", places.size() - left.size(),
              places.size(), places.size() - left.size() == 1 ? "is" : "are",
              shell_word(request.out));
  if (left.empty()) return std::nullopt;
  const auto launcher = make(slot);
  const auto each = static_cast<size_t>(of_component(slot, "runs_per_task()", [&] {
    return launcher->runs_per_task(static_cast<int64_t>(left.size()), seconds);
  }));
  const size_t count = (left.size() + each - 1) / each;
  const int threads = threads_of_each(request, slot, left.size());
  Json file = {{"command_line", request.command_line},
               {"folder", fs::current_path().string()},
               {"launcher", slot.dump()},
               {"plugins", Json::array()},
               {"programs", program_hashes()},
               {"runs", Json::array()},
               {"commands", Json::array()},
               {"ticket", nullptr}};
  for (const PluginLibrary& plugin : loaded_plugins())
    file["plugins"].push_back(plugin.path.string());
  // Runs that begin with a stage of their own come first: they are spread over the tasks.
  for (size_t i = 0; i < left.size(); ++i) {
    const LoadedExperiment& run = left[i]->run.experiment;
    file["runs"].push_back({{"title", run.title()},
                            {"label", labels[static_cast<size_t>(left[i] - tasks.data())]},
                            {"id", run_key(run)},
                            {"record", launched_record(run, request.out).string()},
                            {"written", left[i]->written},
                            {"task", i % count}});
  }
  const fs::path folder = new_folder(request.out);
  for (size_t task = 0; task < count; ++task) {
    std::vector<std::string> command = task_command(request, threads);
    command.insert(command.end(), {"--task", fmt::format("{}:{}", folder.string(), task)});
    file["commands"].push_back(command);
  }
  write_file_atomically(folder / "launch.json", file.dump(1));  // a task may begin at once
  try {
    file["ticket"] =
        of_component(slot, "launch()", [&] { return launcher->launch(Launched(folder).launch()); });
  } catch (...) {
    remove_tree(folder);
    throw;
  }
  write_file_atomically(folder / "launch.json", file.dump(1));
  Launched launched(folder);
  tell(launched, left.size(), seconds, request);
  return launched;
}

}  // namespace strata
