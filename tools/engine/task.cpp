#include <fmt/format.h>

#include <charconv>

#include "engine/launch.hpp"
#include "strata/support/files.hpp"
#include "strata/support/program.hpp"

namespace strata {

std::optional<OwnTask> take_task(EngineRequest& request) {
  if (request.task.empty()) return std::nullopt;
  const size_t colon = request.task.rfind(':');
  const std::filesystem::path folder = request.task.substr(0, colon);
  size_t number = 0;
  const std::string given = request.task.substr(colon + 1);
  std::from_chars(given.data(), given.data() + given.size(), number);
  OwnTask own{Launched(folder), number, {}};
  send_output_to(task_log(folder, number));
  for (const LaunchedRun& run : own.launched.runs())
    if (run.task == number) own.runs[run.id] = run.written;
  request.command_line = own.launched.file().at("command_line").get<std::vector<std::string>>();
  return own;
}

void check_same(const OwnTask& own, size_t runs_found) {
  if (runs_found < own.runs.size())
    throw UserError(fmt::format(
        "{} of the task's {} runs {} no longer what the experiment's file says: it was changed "
        "after they were launched; launch them again",
        own.runs.size() - runs_found, own.runs.size(),
        own.runs.size() - runs_found == 1 ? "is" : "are"));
  const Json now = program_hashes();
  for (const auto& [program, hash] : own.launched.file().at("programs").items())
    if (now.value(program, Json()) != hash)
      throw UserError(fmt::format(
          "'{}' is not what it was when the runs were launched; launch them again", program));
}

void label_as_launched(const OwnTask& own, std::vector<Task>& tasks) {
  for (Task& task : tasks)
    for (const LaunchedRun& run : own.launched.runs())
      if (run.id == run_key(task.run.experiment)) task.label = run.label;
}

}  // namespace strata
