#include "strata/support/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "strata/support/errors.hpp"
#include "strata/support/system.hpp"

namespace strata {
namespace {

/// A null-terminated array of C strings, as exec takes it.
std::vector<char*> as_array(const std::vector<std::string>& words) {
  std::vector<char*> array;
  for (const std::string& word : words) array.push_back(const_cast<char*>(word.c_str()));
  array.push_back(nullptr);
  return array;
}

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
      throw RunError(fmt::format("no pipe: {}", std::strerror(errno)));
  }
  ~Pipe() {
    close_input();
    ::close(ends_[0]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  int output() const { return ends_[0]; }
  int input() const { return ends_[1]; }
  void close_input() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// Reads both to their ends.
void read_all(std::array<int, 2> from, std::array<std::string*, 2> to) {
  std::array<char, 4096> part{};
  while (from[0] >= 0 || from[1] >= 0) {
    std::array<pollfd, 2> polled{{{from[0], POLLIN, 0}, {from[1], POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    for (size_t i = 0; i < 2; ++i) {
      if (from[i] < 0 || polled[i].revents == 0) continue;
      const ssize_t n = ::read(from[i], part.data(), part.size());
      if (n > 0)
        to[i]->append(part.data(), static_cast<size_t>(n));
      else if (n == 0 || errno != EINTR)
        from[i] = -1;
    }
  }
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& command,
                          const std::function<bool(const std::string&)>& hidden) {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (!hidden || !hidden(text.substr(0, text.find('=')))) environment.push_back(text);
  }
  Pipe out, err;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.input(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.input(), STDERR_FILENO);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, command.at(0).c_str(), &actions, nullptr,
                                   as_array(command).data(), as_array(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return {127, "", fmt::format("{}: {}", command[0], std::strerror(error))};
  out.close_input();
  err.close_input();
  ProgramResult result;
  read_all({out.output(), err.output()}, {&result.out, &result.err});
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

void send_output_to(const std::filesystem::path& path) {
  const int fd = sys::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0 || ::dup2(fd, STDOUT_FILENO) < 0 || ::dup2(fd, STDERR_FILENO) < 0)
    throw RunError(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  sys::close(fd);
}

}  // namespace strata
