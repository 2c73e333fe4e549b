#include "engine/jobs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "strata/run/progress.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"
#include "strata/support/terminal.hpp"

namespace strata {
namespace {

/// A process, and what it has printed of a line so far.
struct Running {
  size_t job = 0;
  pid_t pid = 0;
  int output = -1;
  std::string line;
};

/// Starts a process that ends with this one, however this one ends: a sweep that was killed may be
/// taken up at once, with no run of the former still writing. Between fork and exec only what is
/// safe beside other threads is called. -1 with errno where there can be none.
pid_t spawn(const std::vector<std::string>& command, int output) {
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(128 + SIGKILL);  // it ended before it could be said
  for (const int signal : stop_signals)
    if (signal != SIGHUP) std::signal(signal, SIG_DFL);  // which nohup has it ignore
  const int input = open("/dev/null", O_RDONLY);
  dup2(input, STDIN_FILENO);
  dup2(output, STDERR_FILENO);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

class Jobs {
 public:
  Jobs(const std::vector<Job>& jobs, size_t at_once, const std::atomic<int>& stop)
      : jobs_(jobs), at_once_(at_once), stop_(stop), results_(jobs.size()) {}

  std::vector<JobResult> run() {
    while (true) {
      while (stop_ == 0 && next_ < jobs_.size() && running_.size() < at_once_)
        if (!start()) do_with_fewer();
      if (running_.empty()) break;
      if (stop_ != 0 && !told_) tell();
      read_some();
    }
    clear_status();
    return results_;
  }

 private:
  /// False, with errno, where the system gives no further process or pipe.
  bool start() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    Running running;
    running.job = next_;
    running.output = ends[0];
    running.pid = spawn(jobs_[running.job].command, ends[1]);
    const int error = errno;
    close(ends[1]);
    if (running.pid < 0) {
      close(ends[0]);
      errno = error;
      return false;
    }
    ++next_;
    running_.push_back(running);
    status();
    return true;
  }

  /// Those that run go on, and the next one waits for a place among them; where none runs, it has
  /// failed, and the ones after it are tried all the same.
  void do_with_fewer() {
    const std::string why = std::strerror(errno);
    if (!running_.empty()) {
      at_once_ = running_.size();
      clear_status();
      print_err(
          "strata: warning: no further process can be started ({}): {} at once from here on\n", why,
          at_once_);
      return;
    }
    results_[next_].exit_code = 1;
    ++done_, ++failed_;
    print(jobs_[next_++].label,
          fmt::format("strata: error: its process could not be started: {}", why));
  }

  /// Passes the wish to stop on, by the other signal: a terminal's ctrl-C has reached the processes
  /// too, and the same signal again would end them without closing their records.
  void tell() {
    told_ = true;
    for (const Running& r : running_) kill(r.pid, stop_ == SIGINT ? SIGTERM : SIGINT);
  }

  void read_some() {
    std::vector<pollfd> polled;
    for (const Running& r : running_) polled.push_back({r.output, POLLIN, 0});
    if (poll(polled.data(), polled.size(), 500) < 0) return;  // a signal: `stop` is looked at
    for (size_t i = polled.size(); i-- > 0;)
      if ((polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_from(i)) break;
  }

  /// False where the process has ended: the next run is due before any other is read.
  bool read_from(size_t index) {
    Running& r = running_[index];
    char buffer[4096];
    const ssize_t n = read(r.output, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) {
      ended(index);
      return false;
    }
    r.line.append(buffer, static_cast<size_t>(n));
    for (size_t end = 0; (end = r.line.find('\n')) != std::string::npos; r.line.erase(0, end + 1)) {
      if (r.line.compare(0, report_mark.size(), report_mark) == 0)
        results_[r.job].report = r.line.substr(report_mark.size(), end - report_mark.size());
      else
        print(jobs_[r.job].label, r.line.substr(0, end));
    }
    return true;
  }

  void ended(size_t index) {
    Running r = running_[index];
    running_.erase(running_.begin() + static_cast<long>(index));
    close(r.output);
    int state = 0;
    while (waitpid(r.pid, &state, 0) < 0 && errno == EINTR) {
    }
    results_[r.job].exit_code = WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
    if (!r.line.empty()) print(jobs_[r.job].label, r.line);
    if (WIFSIGNALED(state) && !told_)
      print(jobs_[r.job].label,
            fmt::format("strata: error: its process was ended by signal {} ({})", WTERMSIG(state),
                        strsignal(WTERMSIG(state))));
    const int code = results_[r.job].exit_code;
    if (was_stopped(code))
      ++interrupted_;
    else if (code != left_to_another)
      ++done_, failed_ += code == 0 ? 0 : 1;
    status();
  }

  void print(const std::string& label, const std::string& line) {
    clear_status();
    print_err("[{}] {}\n", label, line);
    status();
  }

  void status() const {
    if (!terminal_) return;
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
    redraw_line(fmt::format("{} of {} runs done, {} failed, {}{} running{}", done_, jobs_.size(),
                            failed_,
                            interrupted_ > 0 ? fmt::format("{} interrupted, ", interrupted_) : "",
                            running_.size(), time_left_text(spent.count(), done_, jobs_.size())));
  }

  void clear_status() const {
    if (terminal_) redraw_line("");
  }

  const std::vector<Job>& jobs_;
  size_t at_once_;
  const std::atomic<int>& stop_;
  std::vector<JobResult> results_;
  std::vector<Running> running_;
  size_t next_ = 0, done_ = 0, failed_ = 0, interrupted_ = 0;
  bool told_ = false;
  bool terminal_ = terminal_columns(STDERR_FILENO) > 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

bool was_stopped(int exit_code) {
  return exit_code == 130 || std::any_of(stop_signals.begin(), stop_signals.end(),
                                         [&](int signal) { return exit_code == 128 + signal; });
}

std::vector<JobResult> run_jobs(const std::vector<Job>& jobs, size_t at_once,
                                const std::atomic<int>& stop) {
  return Jobs(jobs, at_once, stop).run();
}

}  // namespace strata
