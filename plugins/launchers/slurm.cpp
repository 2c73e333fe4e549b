#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <regex>
#include <sstream>

#include "strata/core/launcher.hpp"
#include "strata/support/files.hpp"
#include "strata/support/program.hpp"
#include "strata/support/shell.hpp"

namespace strata {

/// One line, or several.
struct OptionLines {
  std::vector<std::string> lines;
};

template <>
struct Codec<OptionLines> {
  static constexpr ParamType type{ParamType::Kind::one_or_list, nullptr, nullptr,
                                  &Codec<std::string>::type, "of several"};
  static void parse(const Node& n, OptionLines& v, Reader& r, const Constraints& c) {
    v.lines.clear();
    if (n.is_sequence()) return Codec<std::vector<std::string>>::parse(n, v.lines, r, c);
    Codec<std::string>::parse(n, v.lines.emplace_back(), r, c);
  }
  static void complete(OptionLines&, Reader&, const Place&) {}
  static Json dump(const OptionLines& v) { return v.lines; }
};

namespace {

/// A command of Slurm's. What a surrounding job has set stays out of it, or that would become part
/// of the new one.
ProgramResult call_slurm(const std::vector<std::string>& command) {
  ProgramResult result = run_program(command, [](const std::string& variable) {
    return variable.rfind("SLURM", 0) == 0 && variable != "SLURM_CONF";
  });
  if (result.code == 127)
    throw UserError(fmt::format(
        "there is no '{}' here: the launcher 'slurm' needs the commands of Slurm in PATH",
        command[0]));
  while (!result.err.empty() && result.err.back() == '\n') result.err.pop_back();
  return result;
}

std::vector<std::string> parts_of(const std::string& line, char between) {
  std::vector<std::string> parts;
  std::istringstream stream(line);
  for (std::string part; std::getline(stream, part, between);) parts.push_back(part);
  return parts;
}

/// The seconds of a time limit as Slurm takes it: minutes, minutes:seconds,
/// hours:minutes:seconds, days-hours, days-hours:minutes, days-hours:minutes:seconds. Nothing where
/// it is none.
std::optional<double> limit_seconds(const std::string& text) {
  static const std::regex form(R"((?:(\d{1,5})-)?(\d{1,7})(?::(\d{1,5}))?(?::(\d{1,5}))?)");
  std::smatch found;
  if (!std::regex_match(text, found, form)) return std::nullopt;
  const auto number = [&](size_t group) {
    return found[group].matched ? std::atof(found[group].str().c_str()) : 0.0;
  };
  const double a = number(2), b = number(3), c = number(4);
  if (found[1].matched) return ((number(1) * 24 + a) * 60 + b) * 60 + c;
  return found[4].matched ? (a * 60 + b) * 60 + c : a * 60 + b;
}

struct KnownState {
  TaskState::Phase phase;
  const char* words;
  bool machine = false;
};

/// What Slurm's states mean; one that is not listed counts as ended.
const std::map<std::string, KnownState>& known_states() {
  using Phase = TaskState::Phase;
  static const std::map<std::string, KnownState> known = {
      {"PENDING", {Phase::waiting, "waits"}},
      {"REQUEUED", {Phase::waiting, "waits"}},
      {"REQUEUE_FED", {Phase::waiting, "waits"}},
      {"REQUEUE_HOLD", {Phase::waiting, "is held"}},
      {"SPECIAL_EXIT", {Phase::waiting, "is held"}},
      {"CONFIGURING", {Phase::running, "starts"}},
      {"RUNNING", {Phase::running, "runs"}},
      {"COMPLETING", {Phase::running, "runs"}},
      {"SIGNALING", {Phase::running, "runs"}},
      {"STAGE_OUT", {Phase::running, "runs"}},
      {"SUSPENDED", {Phase::running, "is suspended"}},
      {"STOPPED", {Phase::running, "is suspended"}},
      {"COMPLETED", {Phase::ended, "ended"}},
      {"FAILED", {Phase::ended, "failed"}},
      {"CANCELLED", {Phase::ended, "was cancelled"}},
      {"NODE_FAIL", {Phase::ended, "lost its node", true}},
      {"BOOT_FAIL", {Phase::ended, "lost its node", true}},
      {"OUT_OF_MEMORY", {Phase::ended, "ran out of memory", true}},
      {"TIMEOUT", {Phase::ended, "came to its time limit", true}},
      {"DEADLINE", {Phase::ended, "came to its deadline", true}},
      {"PREEMPTED", {Phase::ended, "gave way to another job", true}}};
  return known;
}

/// @param state  "RUNNING", "CANCELLED by 1000"  @param reason  why it waits; may be empty or
/// "None"
TaskState as_told(const std::string& state, const std::string& reason, const std::string& node) {
  const std::string name = state.substr(0, state.find(' '));
  const auto known = known_states().find(name);
  if (known == known_states().end()) return {TaskState::Phase::ended, "is " + name, false};
  TaskState told{known->second.phase, known->second.words, known->second.machine};
  if (told.phase == TaskState::Phase::waiting && !reason.empty() && reason != "None")
    told.words += fmt::format(" ({})", reason);
  const bool has_node = !node.empty() && node != "None assigned" && node != "(null)";
  if (told.phase != TaskState::Phase::waiting && has_node) told.words += " on " + node;
  return told;
}

/// What Slurm no longer knows: it ended, as the last it wrote into the task's output says.
TaskState as_written(const std::filesystem::path& output) {
  static const std::pair<const char*, const char*> causes[] = {
      {"DUE TO TIME LIMIT", "TIMEOUT"},   {"DUE TO NODE FAILURE", "NODE_FAIL"},
      {"DUE TO PREEMPTION", "PREEMPTED"}, {"oom-kill", "OUT_OF_MEMORY"},
      {"OOM Killed", "OUT_OF_MEMORY"},    {"CANCELLED AT", "CANCELLED"}};
  std::string text;
  try {
    text = read_file(output);
  } catch (const UserError&) {
    return {TaskState::Phase::ended, "is unknown to Slurm", false};
  }
  const std::string last = text.size() > 2000 ? text.substr(text.size() - 2000) : text;
  for (const auto& [words, state] : causes)
    if (last.find(words) != std::string::npos) return as_told(state, "", "");
  return {TaskState::Phase::ended, "ended", false};
}

/// Hands the tasks on to Slurm, as the tasks of job arrays.
class Slurm final : public Launcher {
 public:
  struct Params {
    std::optional<std::string> partition, account, time, memory, gpus;
    std::optional<int64_t> max_parallel, runs_per_task;
    int64_t cpus = 1, warn = 60;
    OptionLines sbatch;
    static void declare(Declare<Params>& d);
  };
  explicit Slurm(const Params& params) : params_(params) {}

  bool hands_on() const override { return true; }
  int threads(int /*cores*/, size_t /*runs*/) const override {
    return static_cast<int>(params_.cpus);
  }
  int64_t runs_per_task(int64_t runs, double seconds) const override;
  Json launch(const Launch& launch) const override;
  std::string describe(const Json& ticket) const override;
  std::vector<TaskState> look(const Launch& launch, const Json& ticket) const override;
  void cancel(const Launch& launch, const Json& ticket) const override;
  bool start_again(int signal) const override;

 private:
  /// One job array: the tasks from `first` on.
  struct Array {
    std::string id;
    size_t first = 0, tasks = 0;
  };
  static std::vector<Array> arrays_of(const Json& ticket);
  std::string script(const Launch& launch, size_t first, size_t tasks,
                     const std::string& after) const;
  static void look_at(const Array& array, const Launch& launch, std::vector<TaskState>& states);

  Params params_;
};

bool is_one_line(const std::string& text) {
  return !text.empty() && std::none_of(text.begin(), text.end(),
                                       [](unsigned char c) { return c < 0x20 || c == '"'; });
}

/// The options of sbatch that are strata's own.
constexpr std::array kOwnOptions = {"--array",      "--chdir",   "--output",  "--error",
                                    "--signal",     "--requeue", "--export",  "--open-mode",
                                    "--no-requeue", "--wrap",    "--parsable"};

void Slurm::Params::declare(Declare<Params>& d) {
  d.doc("Hands the runs on to Slurm, as one job array, and returns at once.");
  d.add("partition", &Params::partition, "the partition (queue)").known_as({"queue"});
  d.add("account", &Params::account, "whose account it goes on");
  d.add("time", &Params::time,
        "time limit of a task, as Slurm has it: minutes, hours:minutes:seconds, days-hours")
      .known_as({"time_limit", "walltime", "timeout_min"})
      .example("\"1:30:00\"");
  d.add("cpus", &Params::cpus, "cores of a task, and threads of its runs")
      .min(1)
      .max(4096)
      .known_as({"cpus_per_task", "cores"});
  d.add("gpus", &Params::gpus, "GPUs of a task, as Slurm has it: \"1\", \"a100:1\"")
      .known_as({"gpus_per_node", "gres"})
      .example("\"1\"");
  d.add("memory", &Params::memory, "memory of a task, as Slurm has it: \"4G\"")
      .known_as({"mem", "mem_gb"})
      .example("\"4G\"");
  d.add("max_parallel", &Params::max_parallel, "how many tasks run at once at most")
      .min(1)
      .known_as({"jobs", "array_parallelism"});
  d.add("runs_per_task", &Params::runs_per_task,
        "how many runs a task makes, one after another; otherwise some ten minutes of them, by "
        "what a run is foreseen to take")
      .min(1)
      .known_as({"runs_per_job", "tasks_per_job"});
  d.add("warn", &Params::warn,
        "seconds before its time limit at which a task writes its checkpoint and goes back into "
        "the queue")
      .min(1)
      .max(65535);
  d.add("sbatch", &Params::sbatch, "further options of sbatch, each as in --constraint=avx512")
      .known_as({"sbatch_options", "additional_parameters"});
  d.check([](const Params& p, Check& check) {
    const std::pair<const char*, const std::optional<std::string>*> texts[] = {
        {"partition", &p.partition},
        {"account", &p.account},
        {"time", &p.time},
        {"memory", &p.memory},
        {"gpus", &p.gpus}};
    for (const auto& [key, text] : texts)
      if (*text && !is_one_line(**text)) check.error(key, "expected one line without quotes");
    if (p.time && !limit_seconds(*p.time))
      check.error("time", fmt::format("expected a time limit as Slurm has it (90, 1:30:00, "
                                      "2-12:00:00), got '{}'",
                                      *p.time));
    for (const std::string& line : p.sbatch.lines) {
      const std::string option = line.substr(0, line.find_first_of("= "));
      if (!is_one_line(line) || line.rfind('-', 0) != 0)
        check.error("sbatch", fmt::format("expected an option of sbatch, as in "
                                          "--constraint=avx512, got '{}'",
                                          line));
      else if (std::count(kOwnOptions.begin(), kOwnOptions.end(), option) > 0)
        check.error("sbatch", fmt::format("strata gives '{}' itself", option));
    }
  });
}

int64_t Slurm::runs_per_task(int64_t runs, double seconds) const {
  constexpr double aim = 600;
  if (params_.runs_per_task) return std::min(*params_.runs_per_task, runs);
  if (!(seconds > 0)) return 1;
  double fit = aim / seconds;
  if (const auto limit = params_.time ? limit_seconds(*params_.time) : std::nullopt)
    fit = std::min(fit, *limit / 2 / seconds);
  return std::clamp<int64_t>(static_cast<int64_t>(std::min(fit, 1e6)), 1, runs);
}

/// How many tasks an array may have.
size_t most_tasks() {
  static const std::regex line(R"(MaxArraySize\s*=\s*(\d+))");
  const ProgramResult told = call_slurm({"scontrol", "show", "config"});
  std::smatch found;
  if (!std::regex_search(told.out, found, line)) return 1000;
  return static_cast<size_t>(std::max(1L, std::atol(found[1].str().c_str())));
}

/// A file name pattern of sbatch that stands for the path.
std::string pattern_of(const std::string& path) {
  std::string pattern;
  for (const char c : path) pattern += c == '%' ? std::string("%%") : std::string(1, c);
  return pattern;
}

std::string Slurm::script(const Launch& launch, size_t first, size_t tasks,
                          const std::string& after) const {
  std::string text = "#!/bin/bash\n";
  const auto add = [&](const std::string& option, const std::string& value) {
    text += fmt::format("#SBATCH --{}=\"{}\"\n", option, value);
  };
  add("job-name", launch.name);
  add("array", fmt::format("0-{}{}", tasks - 1,
                           params_.max_parallel ? fmt::format("%{}", *params_.max_parallel) : ""));
  add("output", pattern_of(launch.folder.string()) + "/slurm-%A_%a.out");
  add("open-mode", "append");
  add("export", "ALL");
  add("chdir", std::filesystem::current_path().string());
  add("signal", fmt::format("B:USR1@{}", params_.warn));
  add("cpus-per-task", std::to_string(params_.cpus));
  text += "#SBATCH --requeue\n";
  if (!after.empty()) add("dependency", "afterany:" + after);
  if (params_.partition) add("partition", *params_.partition);
  if (params_.account) add("account", *params_.account);
  if (params_.time) add("time", *params_.time);
  if (params_.memory) add("mem", *params_.memory);
  if (params_.gpus) add("gpus", *params_.gpus);
  for (const std::string& line : params_.sbatch.lines) text += "#SBATCH " + line + "\n";
  // The task takes the place of this shell, and so gets the signal before the time limit.
  text += fmt::format("task=$(sed -n \"$((SLURM_ARRAY_TASK_ID + {}))p\" {})\neval \"exec $task\"\n",
                      first + 1, shell_word((launch.folder / "commands").string()));
  return text;
}

Json Slurm::launch(const Launch& launch) const {
  std::string commands;
  for (const LaunchTask& task : launch.tasks) {
    std::vector<std::string> words;
    for (const std::string& word : task.command) words.push_back(shell_word(word));
    commands += fmt::format("{}\n", fmt::join(words, " "));
  }
  write_file_atomically(launch.folder / "commands", commands);
  const size_t most = most_tasks();
  Json arrays = Json::array();
  for (size_t first = 0; first < launch.tasks.size(); first += most) {
    const size_t tasks = std::min(most, launch.tasks.size() - first);
    // Each array has its own limit of tasks at once: where there is one, they follow each other.
    const bool follows = params_.max_parallel && !arrays.empty();
    const auto path = launch.folder / fmt::format("array-{}.sh", arrays.size() + 1);
    write_file_atomically(
        path, script(launch, first, tasks,
                     follows ? arrays.back().at("id").get<std::string>() : std::string()));
    const ProgramResult told = call_slurm({"sbatch", "--parsable", path.string()});
    if (told.code != 0) {
      cancel(launch, {{"arrays", arrays}});
      throw UserError("Slurm does not take the runs: " + told.err);
    }
    arrays.push_back({{"id", told.out.substr(0, told.out.find_first_of(";\n"))},
                      {"first", first},
                      {"tasks", tasks}});
  }
  return {{"arrays", arrays}};
}

std::vector<Slurm::Array> Slurm::arrays_of(const Json& ticket) {
  std::vector<Array> arrays;
  for (const Json& array : ticket.at("arrays"))
    arrays.push_back({array.at("id").get<std::string>(), array.at("first").get<size_t>(),
                      array.at("tasks").get<size_t>()});
  return arrays;
}

std::string Slurm::describe(const Json& ticket) const {
  std::vector<std::string> ids;
  for (const Array& array : arrays_of(ticket)) ids.push_back(array.id);
  return fmt::format("job{} {} of Slurm", ids.size() == 1 ? "" : "s", fmt::join(ids, ", "));
}

void Slurm::look_at(const Array& array, const Launch& launch, std::vector<TaskState>& states) {
  std::map<size_t, TaskState> told;
  const auto note = [&](const std::string& index, const TaskState& state) {
    if (!index.empty() && std::all_of(index.begin(), index.end(), ::isdigit))
      told.try_emplace(std::strtoul(index.c_str(), nullptr, 10), state);
  };
  const ProgramResult queue = call_slurm({"squeue", "--noheader", "--array", "--states=all",
                                          "--jobs=" + array.id, "--format=%K|%T|%N|%r"});
  if (queue.code != 0 && queue.err.find("Invalid job id") == std::string::npos)
    throw RunError("Slurm does not answer: " + queue.err);
  for (const std::string& line : parts_of(queue.out, '\n'))
    if (const auto parts = parts_of(line, '|'); parts.size() == 4)
      note(parts[0], as_told(parts[1], parts[3], parts[2]));
  if (told.size() < array.tasks) {  // some ended a while ago: accounting knows, where it is kept
    const ProgramResult kept = call_slurm({"sacct", "--noheader", "--parsable2", "--allocations",
                                           "--jobs=" + array.id, "--format=JobID,State,NodeList"});
    for (const std::string& line : parts_of(kept.code == 0 ? kept.out : "", '\n'))
      if (const auto parts = parts_of(line + "|", '|'); parts.size() >= 2)
        note(parts[0].substr(std::min(parts[0].find('_'), parts[0].size() - 1) + 1),
             as_told(parts[1], "", parts.size() > 2 ? parts[2] : ""));
  }
  for (size_t i = 0; i < array.tasks && array.first + i < states.size(); ++i) {
    const auto found = told.find(i);
    states[array.first + i] =
        found != told.end()
            ? found->second
            : as_written(launch.folder / fmt::format("slurm-{}_{}.out", array.id, i));
  }
}

std::vector<TaskState> Slurm::look(const Launch& launch, const Json& ticket) const {
  std::vector<TaskState> states(launch.tasks.size());
  for (const Array& array : arrays_of(ticket)) look_at(array, launch, states);
  return states;
}

void Slurm::cancel(const Launch&, const Json& ticket) const {
  for (const Array& array : arrays_of(ticket)) {
    const ProgramResult told = call_slurm({"scancel", array.id});
    if (told.code != 0 && told.err.find("Invalid job id") == std::string::npos)
      throw RunError(fmt::format("Slurm does not cancel job {}: {}", array.id, told.err));
  }
}

bool Slurm::start_again(int signal) const {
  const char* job = std::getenv("SLURM_ARRAY_JOB_ID");
  const char* task = std::getenv("SLURM_ARRAY_TASK_ID");
  if (signal != SIGUSR1 || job == nullptr || task == nullptr) return false;
  const std::string id = fmt::format("{}_{}", job, task);
  for (int attempt = 0; attempt < 3; ++attempt)  // each waits for a controller that is away
    if (call_slurm({"scontrol", "requeue", id}).code == 0) return true;
  return false;
}

STRATA_REGISTER(Launcher, Slurm, "slurm");

}  // namespace
}  // namespace strata
