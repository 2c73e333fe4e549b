#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "strata/core/launcher.hpp"

namespace strata {
namespace {

/// A process, and what it has printed of a line so far.
struct LocalTask {
  size_t task = 0;
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

class LocalTasks {
 public:
  LocalTasks(const Launch& launch, size_t at_once) : launch_(launch), at_once_(at_once) {}

  void run() {
    while (true) {
      while (*launch_.stop == 0 && next_ < launch_.tasks.size() && running_.size() < at_once_)
        if (!start()) do_with_fewer();
      if (running_.empty()) return;
      if (*launch_.stop != 0 && !told_) tell();
      read_some();
    }
  }

 private:
  /// False, with errno, where the system gives no further process or pipe.
  bool start() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    LocalTask started;
    started.task = next_;
    started.output = ends[0];
    started.pid = spawn(launch_.tasks[next_].command, ends[1]);
    const int error = errno;
    close(ends[1]);
    if (started.pid < 0) {
      close(ends[0]);
      errno = error;
      return false;
    }
    running_.push_back(started);
    launch_.listener->started(next_++);
    return true;
  }

  /// Those that run go on, and the next one waits for a place among them; where none runs, it has
  /// failed, and the ones after it are tried all the same.
  void do_with_fewer() {
    const std::string why = std::strerror(errno);
    if (!running_.empty()) {
      at_once_ = running_.size();
      launch_.listener->noted(
          fmt::format("warning: no further process can be started ({}): {} at once from here on",
                      why, at_once_));
      return;
    }
    launch_.listener->said(next_,
                           fmt::format("strata: error: its process could not be started: {}", why));
    launch_.listener->ended(next_++, 1);
  }

  /// Passes the wish to stop on, by the other signal: a terminal's ctrl-C has reached the processes
  /// too, and the same signal again would end them without closing their records.
  void tell() {
    told_ = true;
    for (const LocalTask& r : running_) kill(r.pid, *launch_.stop == SIGINT ? SIGTERM : SIGINT);
  }

  void read_some() {
    std::vector<pollfd> polled;
    for (const LocalTask& r : running_) polled.push_back({r.output, POLLIN, 0});
    if (poll(polled.data(), polled.size(), 500) < 0) return;  // a signal: `stop` is looked at
    for (size_t i = polled.size(); i-- > 0;)
      if ((polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_from(i)) break;
  }

  /// False where the process has ended: the next run is due before any other is read.
  bool read_from(size_t index) {
    LocalTask& r = running_[index];
    char buffer[4096];
    const ssize_t n = read(r.output, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) {
      ended(index);
      return false;
    }
    r.line.append(buffer, static_cast<size_t>(n));
    for (size_t end = 0; (end = r.line.find('\n')) != std::string::npos; r.line.erase(0, end + 1))
      launch_.listener->said(r.task, r.line.substr(0, end));
    return true;
  }

  void ended(size_t index) {
    const LocalTask r = running_[index];
    running_.erase(running_.begin() + static_cast<long>(index));
    close(r.output);
    int state = 0;
    while (waitpid(r.pid, &state, 0) < 0 && errno == EINTR) {
    }
    if (!r.line.empty()) launch_.listener->said(r.task, r.line);
    if (WIFSIGNALED(state) && !told_)
      launch_.listener->said(r.task,
                             fmt::format("strata: error: its process was ended by signal {} ({})",
                                         WTERMSIG(state), strsignal(WTERMSIG(state))));
    launch_.listener->ended(r.task, WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state));
  }

  const Launch& launch_;
  size_t at_once_;
  std::vector<LocalTask> running_;
  size_t next_ = 0;
  bool told_ = false;
};

/// Stays with its tasks: should this process end before them, they end with it.
class Local final : public Launcher {
 public:
  struct Params {
    int64_t jobs = 1;
    static void declare(Declare<Params>& d) {
      d.doc("Makes the runs on this machine, each in a process of its own.");
      d.add("jobs", &Params::jobs, "how many go side by side").min(1).max(1024);
    }
  };
  explicit Local(const Params& params) : jobs_(static_cast<size_t>(params.jobs)) {}

  int threads(int cores, size_t runs) const override {
    return std::max(1, cores / std::max(1, static_cast<int>(std::min(jobs_, runs))));
  }

  Json launch(const Launch& launch) const override {
    LocalTasks(launch, jobs_).run();
    return nullptr;
  }

 private:
  size_t jobs_;
};

STRATA_REGISTER(Launcher, Local, "local");

}  // namespace
}  // namespace strata
