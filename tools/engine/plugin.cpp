// strata plugin check: a plugin's components put to the checks that strata's own are put to.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "engine/commands.hpp"
#include "strata/contract/contract.hpp"
#include "strata/registry/load.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

void print_row(const CheckResult& result) {
  print_out("  {:<46} {:<8} {}\n", result.what, outcome_name(result.outcome), result.detail);
}

/// Prints the table; the process's exit code.
int check_and_print(const ComponentInfo& info) {
  int counts[3] = {0, 0, 0};
  check_component(info, [&](const CheckResult& result) {
    print_row(result);
    ++counts[static_cast<int>(result.outcome)];
  });
  print_out("  {} ok, {} failed, {} skipped\n", counts[0], counts[1], counts[2]);
  return counts[1] == 0 ? 0 : 1;
}

/// In a child process, so that a component which crashes takes only its own table with it. That the
/// checks came to their end, the child says through a pipe: an exit code may be the component's.
bool check_apart(const ComponentInfo& info) {
  print_out("{} {}\n", info.family, info.name);
  int ends[2];
  if (::pipe(ends) != 0) throw RunError(fmt::format("no pipe: {}", std::strerror(errno)));
  const pid_t pid = ::fork();
  if (pid < 0) throw RunError(fmt::format("no child process: {}", std::strerror(errno)));
  if (pid == 0) {
    const char code = static_cast<char>(check_and_print(info));
    ::_exit(::write(ends[1], &code, 1) == 1 ? 0 : 1);
  }
  ::close(ends[1]);
  char code = 1;
  const bool finished = ::read(ends[0], &code, 1) == 1;
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!finished)
    print_out("  {:<46} FAILED   in the check after the last one above it {}\n", "survives",
              WIFSIGNALED(status)
                  ? fmt::format("crashed ({})", ::strsignal(WTERMSIG(status)))
                  : fmt::format("ended the process (exit code {})", WEXITSTATUS(status)));
  return finished && code == 0;
}

}  // namespace

int plugin_check_command(const EngineRequest& request) {
  const PluginLibrary library = load_plugin(request.files.at(0), std::filesystem::current_path());
  const Registry& registry = Registry::instance();
  print_out("{} (sha256 {})\n", library.path.string(), library.sha256);
  bool good = true;
  for (const std::string& family : registry.families())
    for (const std::string& name : registry.names(family))
      if (const ComponentInfo* info = registry.find(family, name); info->library == library.name)
        good = check_apart(*info) && good;
  return good ? 0 : 1;
}

}  // namespace strata
