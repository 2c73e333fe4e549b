#pragma once
// Runs the built command as its user does, and returns what it said.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace strata::testing {

struct CommandResult {
  int code = -1;    ///< exit status; 128 + n where signal n ended it
  std::string out;  ///< standard output
  std::string err;  ///< standard error
};

/// The built command.
inline std::string strata_command() {
  const char* path = std::getenv("STRATA_COMMAND");
  return path != nullptr ? path : STRATA_BINARY_DIR "/strata";
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

/// In a child process: becomes the program, with these arguments, in `folder`, with NAME=value
/// added to its environment.
[[noreturn]] inline void become(const std::string& program,
                                const std::vector<std::string>& arguments,
                                const std::string& folder,
                                const std::vector<std::string>& environment) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  for (const std::string& variable : environment) putenv(const_cast<char*>(variable.c_str()));
  if (chdir(folder.c_str()) == 0) execv(program.c_str(), argv.data());
  _exit(127);
}

/// One process, from its start to its end, in a process group of its own. The pipe of its standard
/// error holds a page and no more, so that it is never far ahead of its reader.
class Command {
 public:
  /// Starts the command, or another program, with these arguments in `folder`, with NAME=value
  /// added to its environment.
  Command(const std::vector<std::string>& arguments, const std::string& folder,
          const std::vector<std::string>& environment = {},
          const std::string& program = strata_command()) {
    std::array<int, 2> out{}, err{};
    REQUIRE(pipe2(out.data(), O_CLOEXEC) == 0);
    REQUIRE(pipe2(err.data(), O_CLOEXEC) == 0);
    fcntl(err[1], F_SETPIPE_SZ, 4096);
    pid_ = fork();
    if (pid_ == 0) {
      setpgid(0, 0);
      dup2(out[1], STDOUT_FILENO);
      dup2(err[1], STDERR_FILENO);
      become(program, arguments, folder, environment);
    }
    setpgid(pid_, pid_);
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  ~Command() {
    if (!ended_) {
      send_to_group(SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(out_);
    close(err_);
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Reads until standard error holds `text` so many times; false where the process ends without.
  bool wait_for(const std::string& text, size_t times = 1) {
    while (count(result_.err, text) < times)
      if (!read_some()) return false;
    return true;
  }

  void send(int signal) const { kill(pid_, signal); }

  /// As a terminal's ctrl-C does: to the process and to those that it started.
  void send_to_group(int signal) const { kill(-pid_, signal); }

  /// The process that it started with this among its arguments; 0 where there is none.
  pid_t child_with(const std::string& argument) const {
    std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid_));
    for (pid_t child = 0; children >> child;) {
      std::ifstream words(fmt::format("/proc/{}/cmdline", child), std::ios::binary);
      for (std::string word; std::getline(words, word, '\0');)
        if (word == argument) return child;
    }
    return 0;
  }

  /// Waits for the end, of the process and of all that it started.
  CommandResult finish() {
    while (read_some()) {
    }
    int status = 0;
    waitpid(pid_, &status, 0);
    ended_ = true;
    result_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
  }

 private:
  /// Adds what comes next from either pipe; false at the end of both.
  bool read_some() {
    std::array<pollfd, 2> pipes{
        {{open_[0] ? out_ : -1, POLLIN, 0}, {open_[1] ? err_ : -1, POLLIN, 0}}};
    if (!open_[0] && !open_[1]) return false;
    if (poll(pipes.data(), pipes.size(), -1) < 0) return true;
    for (size_t i = 0; i < 2; ++i) {
      if (pipes[i].revents == 0) continue;
      std::array<char, 4096> part{};
      const ssize_t n = ::read(pipes[i].fd, part.data(), part.size());
      if (n > 0) (i == 0 ? result_.out : result_.err).append(part.data(), static_cast<size_t>(n));
      open_[i] = n > 0;
    }
    return true;
  }

  pid_t pid_ = -1;
  int out_ = -1, err_ = -1;
  std::array<bool, 2> open_{true, true};
  bool ended_ = false;
  CommandResult result_;
};

inline CommandResult run_command(const std::vector<std::string>& arguments,
                                 const std::string& folder = "/tmp",
                                 const std::vector<std::string>& environment = {}) {
  return Command(arguments, folder, environment).finish();
}

}  // namespace strata::testing
