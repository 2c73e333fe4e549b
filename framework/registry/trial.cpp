#include "strata/registry/trial.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <exception>

#include "strata/support/errors.hpp"

namespace strata {
namespace {

constexpr unsigned kSeconds = 60;

int report_fd = -1;  // in the child: the pipe to the parent

void report(const std::string& text) {
  const ssize_t written = ::write(report_fd, text.data(), text.size());
  ::_exit(written < 0 ? 4 : 3);
}

void report_exception() {
  report("it threw an exception while it was loaded: " + current_exception_text());
}

[[noreturn]] void child(const std::string& path) {
  const int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  ::alarm(kSeconds);
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

std::string read_all(int fd) {
  std::string text;
  char buffer[512];
  ssize_t n = 0;
  while ((n = ::read(fd, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(n));
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

std::string try_to_open(const std::string& path) {
  int ends[2];
  if (::pipe(ends) != 0) throw RunError(fmt::format("no pipe: {}", std::strerror(errno)));
  const pid_t pid = ::fork();
  if (pid < 0) throw RunError(fmt::format("no child process: {}", std::strerror(errno)));
  if (pid == 0) {
    ::close(ends[0]);
    report_fd = ends[1];
    child(path);
  }
  ::close(ends[1]);
  const std::string text = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!text.empty()) return text;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return fmt::format("it was not loaded within {} seconds", kSeconds);
  if (WIFSIGNALED(status))
    return fmt::format("its code crashed while it was loaded ({})", ::strsignal(WTERMSIG(status)));
  return fmt::format("its code ended the process while it was loaded (exit code {})",
                     WEXITSTATUS(status));
}

}  // namespace strata
