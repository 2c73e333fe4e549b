// How a process ends that crashes, or in which somebody calls exit().
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>

#include "folder.hpp"
#include "strata/support/crash_file.hpp"
#include "strata/support/exit_guard.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const auto kCrashes = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/// The status of a child process that does this, its standard error closed, without the handlers of
/// doctest and of sanitizers.
int status_of(const std::function<void()>& body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(STDERR_FILENO);
    for (const int signal : kCrashes) ::signal(signal, SIG_DFL);
    body();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return status;
}

}  // namespace

TEST_CASE("a crash writes what was prepared, and is still that crash") {
  const TemporaryFolder folder("crash");
  const auto file = folder.path / "record.json";
  for (const int signal : kCrashes) {
    write_file_atomically(file, "running");
    const int status = status_of([&] {
      CrashFile crash(file);
      crash.prepare("it ended by #, alas", "#");
      const CrashFile::InLayer here("encoder.0.1");
      ::raise(signal);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    const std::string text = read_file(file);
    if (signal == SIGSEGV)
      CHECK(text == "it ended by Segmentation fault in layer encoder.0.1, alas");
    if (signal == SIGABRT) CHECK(text == "it ended by Aborted in layer encoder.0.1, alas");
    CHECK(text.rfind("it ended by ", 0) == 0);
  }
}

TEST_CASE("a crash of what has ended writes nothing") {
  const TemporaryFolder folder("crash");
  const auto file = folder.path / "record.json";
  write_file_atomically(file, "completed");
  const auto crash_after = [&](const std::function<void(CrashFile&)>& end) {
    return status_of([&] {
      CrashFile crash(file);
      crash.prepare("#", "#");
      end(crash);
      ::raise(SIGSEGV);
    });
  };
  CHECK(WTERMSIG(crash_after([](CrashFile& crash) { crash.forget(); })) == SIGSEGV);
  CHECK(WTERMSIG(crash_after([](CrashFile& crash) { crash.~CrashFile(); })) == SIGSEGV);
  CHECK(read_file(file) == "completed");
}

TEST_CASE("exit() under a guard reports, the innermost first, and ends with 1") {
  const TemporaryFolder folder("exit");
  const auto file = folder.path / "said";
  std::string said;
  const auto say = [&](const std::string& word) {
    return [&, word] { write_file_atomically(file, said += word); };
  };
  const int status = status_of([&] {
    const ExitGuard outer(say("outer"));
    const ExitGuard inner(say("inner, "));
    std::exit(0);
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
  CHECK(read_file(file) == "inner, outer");
  CHECK(WEXITSTATUS(status_of([&] {
          { const ExitGuard ended(say("too late")); }
          std::exit(7);
        })) == 7);
  CHECK(read_file(file) == "inner, outer");
}
