#include "strata/core/launcher.hpp"

#include <map>

#include "strata/contract/checks.hpp"

namespace strata {
namespace {

std::shared_ptr<Launcher> built_launcher(const ComponentRef& ref) {
  return std::static_pointer_cast<Launcher>(ref.info->create(ref.params.get()));
}

/// Keeps what it is told.
class Told final : public LaunchListener {
 public:
  explicit Told(std::atomic<int>* stop_after_first = nullptr) : stop_(stop_after_first) {}
  void started(size_t task) override { ++begun[task]; }
  void said(size_t task, const std::string& line) override { lines[task] += line + "\n"; }
  void ended(size_t task, int code) override {
    require(codes.try_emplace(task, code).second, "task {} ended twice", task);
    if (stop_ != nullptr) *stop_ = SIGINT;
  }
  void noted(const std::string&) override {}

  std::map<size_t, int> begun, codes;
  std::map<size_t, std::string> lines;

 private:
  std::atomic<int>* stop_;
};

LaunchTask shell_task(const std::string& script) {
  return {"made", {"/bin/sh", "-c", script}};
}

void check_stays(const ComponentRef& ref) {
  Told told;
  const std::atomic<int> stop{0};
  Launch launch;
  launch.name = "made";
  launch.tasks = {shell_task("echo one >&2; echo two >&2"),
                  shell_task("printf unended >&2; exit 3"), shell_task("kill -9 $$")};
  launch.listener = &told;
  launch.stop = &stop;
  const Json ticket = built_launcher(ref)->launch(launch);
  require(ticket.is_null(), "it stayed with its tasks, so null is expected, and it returned {}",
          ticket.dump());
  for (size_t i = 0; i < launch.tasks.size(); ++i) {
    require(told.begun[i] == 1, "task {} was started {} times", i, told.begun[i]);
    require(told.codes.count(i) == 1, "task {} had not ended when it returned", i);
  }
  require(told.codes[0] == 0 && told.codes[1] == 3 && told.codes[2] == 128 + SIGKILL,
          "expected the exit codes 0, 3 and {}, got {}, {} and {}", 128 + SIGKILL, told.codes[0],
          told.codes[1], told.codes[2]);
  require(told.lines[0] == "one\ntwo\n", "expected the lines 'one' and 'two', got '{}'",
          told.lines[0]);
  require(told.lines[1] == "unended\n", "expected the line 'unended', got '{}'", told.lines[1]);
}

void check_stops(const ComponentRef& ref) {
  std::atomic<int> stop{0};
  Told told(&stop);
  Launch launch;
  launch.tasks.assign(2000, shell_task("exit 0"));  // more than any starts at once
  launch.listener = &told;
  launch.stop = &stop;
  built_launcher(ref)->launch(launch);
  require(!told.codes.empty(), "no task was started");
  require(told.codes.size() < launch.tasks.size(), "every task was started after `stop` was set");
}

void check_threads(const ComponentRef& ref) {
  const auto launcher = built_launcher(ref);
  for (const int cores : {1, 2, 64})
    for (const size_t runs : {size_t{1}, size_t{7}, size_t{100000}}) {
      const int threads = launcher->threads(cores, runs);
      require(threads >= 1, "threads({}, {}) is {}, and at least 1 is needed", cores, runs,
              threads);
    }
}

void check_sizes(const ComponentRef& ref) {
  const auto launcher = built_launcher(ref);
  for (const int64_t runs : {1, 2, 50, 100000})
    for (const double seconds : {0.0, 0.001, 60.0, 1e7}) {
      const int64_t each = launcher->runs_per_task(runs, seconds);
      require(each >= 1 && each <= runs, "runs_per_task({}, {}) is {}, and 1 to {} is expected",
              runs, seconds, each, runs);
    }
}

void check_no_signal(const ComponentRef& ref) {
  require(!built_launcher(ref)->start_again(SIGINT),
          "a task that the user stopped was to be started again");
}

void check_launcher(const ComponentRef& ref, Checks& checks) {
  const bool hands_on = built_launcher(ref)->hands_on();
  checks.run("gives each run a thread at least", [&] { check_threads(ref); });
  if (hands_on) {
    checks.run("gives each task a run at least", [&] { check_sizes(ref); });
    checks.run("leaves stopped what the user stopped", [&] { check_no_signal(ref); });
  } else {
    checks.run("makes the tasks, and tells of each", [&] { check_stays(ref); });
    checks.run("starts none once it is told to stop", [&] { check_stops(ref); });
  }
}

void use_launcher(const ComponentRef& ref) {
  check_threads(ref);
  check_sizes(ref);
}

const FamilyChecks launcher_checks(Launcher::family, check_launcher, use_launcher);

}  // namespace
}  // namespace strata
