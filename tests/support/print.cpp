#include "strata/support/print.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

#include "faults.hpp"
#include "strata/support/system.hpp"

using namespace strata;
using strata::testing::FailingCall;

namespace {

/// The exit code of a child that does this with its two streams going nowhere.
int code_of(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 200 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("foreign text is shown and cannot steer the terminal") {
  CHECK(printable("plain, ä, 漢\tand\n") == "plain, ä, 漢\tand\n");
  CHECK(printable("a,b\r\nc\r") == "a,b\r\nc\\u000d");
  CHECK(printable("\x1b[2J\r\x07\x7f") == "\\u001b[2J\\u000d\\u0007\\u007f");
  CHECK(printable("\xc2\x9b"  // CSI in one character
                  "31m") == "\\u009b31m");
  CHECK(printable("a\xe2\x80\xae"
                  "b\xe2\x81\xa6"
                  "c\xef\xbb\xbf") == "a\\u202eb\\u2066c\\ufeff");
  CHECK(printable("\x1b[31mred\x1b[0m\x1b[8mgone", true) == "\x1b[31mred\x1b[0m\\u001b[8mgone");
  CHECK(printable("cut \xe2\x80, high \x9b") == "cut \\xe2\\x80, high \\x9b");
}

TEST_CASE("standard error that takes nothing is no fault of the command") {
  for (const CallFault fault :
       {CallFault{EPIPE}, CallFault{ENOSPC}, CallFault{EBADF}, CallFault{EIO}, CallFault{0, 0}})
    CHECK(code_of([&] {
            const FailingCall failing(SystemCall::write, fault);
            print_err("lost {}\n", 1);
            redraw_line("lost");
            return checked_exit_code(0);
          }) == 0);
}

TEST_CASE("standard output that takes not all makes a command fail, quietly where it was closed") {
  const auto ending = [](CallFault fault, int nth, int code) {
    return code_of([&] {
      const FailingCall failing(SystemCall::write, fault, nth, 1);
      print_out("first {}\n", 1);
      print_out("second\n");
      return checked_exit_code(code);
    });
  };
  CHECK(ending({}, 1, 0) == 0);
  CHECK(ending({ENOSPC}, 2, 0) == 1);
  CHECK(ending({0, 0}, 1, 0) == 1);
  CHECK(ending({ENOSPC}, 1, 2) == 2);
  CHECK(ending({EPIPE}, 1, 0) == 128 + SIGPIPE);
  CHECK(ending({0, 3}, 1, 0) == 0);  // short
}

TEST_CASE("guarded streams: no signal, and no file takes the place of a closed stream") {
  CHECK(code_of([] {
          close(STDERR_FILENO);
          close(STDOUT_FILENO);
          close(STDIN_FILENO);
          guard_streams();
          const int file = ::open("/dev/null", O_RDWR);
          print_err("lost\n");
          print_out("lost\n");
          return file > 2 ? checked_exit_code(7 - 7) + 10 : 0;
        }) == 11);
  CHECK(code_of([] {
          guard_streams();
          int ends[2];
          if (pipe(ends) != 0) return 99;
          close(ends[0]);
          dup2(ends[1], STDERR_FILENO);
          print_err("nobody reads\n");
          return 5;
        }) == 5);
}
