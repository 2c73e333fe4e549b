#include "strata/registry/trial.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "strata/support/errors.hpp"

namespace strata {
namespace {

int report_fd = -1;  // in the child: the pipe to the parent

void report(const std::string& text) {
  const ssize_t written = ::write(report_fd, text.data(), text.size());
  ::_exit(written < 0 ? 4 : 3);
}

void report_exception() {
  report("it threw an exception while it was loaded: " + current_exception_text());
}

[[noreturn]] void child(const std::string& path) {
  ::setpgid(0, 0);  // what it starts is ended with it
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  std::set_terminate(report_exception);
  // <dlfcn.h> declares that dlopen throws nothing, and the compiler would drop the handler; but the
  // library's constructors do throw.
  void* (*volatile open_library)(const char*, int) = ::dlopen;
  try {
    if (open_library(path.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr)
      report(readable_loader_error(::dlerror()));
  } catch (...) {
    report_exception();
  }
  ::_exit(0);
}

/// Waits for the child's end, and no longer than told; what it reported until then. A process that
/// it started and left behind may hold the pipe open: the pipe's end is not waited for.
std::string wait_for(pid_t pid, int fd, std::chrono::milliseconds most, int& status) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + most;
  std::string text;
  bool ended = false, killed = false;
  while (true) {
    pollfd polled{fd, POLLIN, 0};
    const bool ready = ::poll(&polled, 1, ended ? 0 : 10) > 0;
    char buffer[512];
    const ssize_t n = ready ? ::read(fd, buffer, sizeof buffer) : 0;
    if (n > 0) text.append(buffer, static_cast<size_t>(n));
    if (n > 0) continue;
    if (ended) break;
    ended = ::waitpid(pid, &status, WNOHANG) == pid;
    if (ready && !ended) ::usleep(1000);  // the pipe has ended before the child
    if (!ended && !killed && Clock::now() > end) {
      ::kill(-pid, SIGKILL);
      killed = ::kill(pid, SIGKILL) == 0;  // it may have left its group
    }
  }
  ::kill(-pid, SIGKILL);
  if (killed) return fmt::format("it was not loaded within {} seconds", most.count() / 1000);
  return text;
}

}  // namespace

std::string readable_loader_error(const std::string& message) {
  const std::string key = "undefined symbol: ";
  const size_t at = message.find(key);
  if (at == std::string::npos) return "it cannot be opened: " + message;
  std::string symbol = message.substr(at + key.size());
  symbol = symbol.substr(0, symbol.find_first_of(" ,\t"));
  int status = 0;
  char* plain = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  if (status == 0) symbol = plain;
  std::free(plain);
  return fmt::format("it needs '{}', which neither it nor strata defines", symbol);
}

std::string try_to_open(const std::string& path, std::chrono::milliseconds most) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw RunError(fmt::format("no pipe: {}", std::strerror(errno)));
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int error = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    throw RunError(fmt::format("no child process: {}", std::strerror(error)));
  }
  if (pid == 0) {
    ::close(ends[0]);
    report_fd = ends[1];
    child(path);
  }
  ::setpgid(pid, pid);
  ::close(ends[1]);
  int status = 0;
  std::string text = wait_for(pid, ends[0], most, status);
  ::close(ends[0]);
  if (!text.empty()) return text;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFSIGNALED(status))
    return fmt::format("its code crashed while it was loaded ({})", ::strsignal(WTERMSIG(status)));
  return fmt::format("its code ended the process while it was loaded (exit code {})",
                     WEXITSTATUS(status));
}

}  // namespace strata
