#pragma once
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "command/command.hpp"

namespace strata::testing {

/// Runs the built command on a terminal of 80 columns. What it writes there, on standard output and
/// standard error, is in `out`, with the terminal's own line ends ("\r\n"). The terminal is able,
/// whatever the tests' own TERM says. Once it has written `interrupt_at`, where that is given, the
/// command is interrupted.
inline CommandResult run_on_terminal(const std::vector<std::string>& arguments,
                                     const std::string& folder,
                                     std::vector<std::string> environment,
                                     std::string interrupt_at = {}) {
  environment.emplace_back("TERM=xterm-256color");
  const std::string program = strata_command();
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE_MESSAGE(terminal >= 0, "no pseudo-terminal to be had: is /dev/pts mounted?");
  REQUIRE(grantpt(terminal) == 0);
  REQUIRE(unlockpt(terminal) == 0);
  const winsize size{24, 80, 0, 0};
  REQUIRE(ioctl(terminal, TIOCSWINSZ, &size) == 0);
  const std::string name = ptsname(terminal);
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    const int end = ::open(name.c_str(), O_RDWR);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(end, fd);
    become(program, arguments, folder, environment);
  }
  CommandResult result;
  char part[4096];
  for (ssize_t n = 0; (n = ::read(terminal, part, sizeof part)) > 0;) {  // or error: it is closed
    result.out.append(part, static_cast<size_t>(n));
    if (interrupt_at.empty() || result.out.find(interrupt_at) == std::string::npos) continue;
    interrupt_at.clear();
    kill(child, SIGINT);
  }
  int status = 0;
  waitpid(child, &status, 0);
  close(terminal);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace strata::testing
