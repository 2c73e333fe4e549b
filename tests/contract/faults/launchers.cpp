// Launchers.
#include "contract/faults/planted.hpp"
#include "strata/core/launcher.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Tells what would be told if it made the tasks of the check; but for a fault.
class Pretends : public Launcher {
 public:
  using Params = NoParams;
  explicit Pretends(const Params&) {}
  Json launch(const Launch& launch) const override {
    static constexpr int codes[] = {0, 3, 137};
    static constexpr const char* lines[] = {"one\ntwo", "unended", "killed"};
    for (size_t i = 0; i < launch.tasks.size() && *launch.stop == 0; ++i) {
      launch.listener->started(i);
      launch.listener->said(i, lines[i % 3]);
      launch.listener->ended(i, codes[i % 3]);
    }
    return nullptr;
  }
};

class ForgetsToEnd final : public Pretends {
 public:
  using Pretends::Pretends;
  Json launch(const Launch& launch) const override {
    for (size_t i = 0; i < launch.tasks.size(); ++i) launch.listener->started(i);
    return nullptr;
  }
};
class EndsTwice final : public Pretends {
 public:
  using Pretends::Pretends;
  Json launch(const Launch& launch) const override {
    Pretends::launch(launch);
    launch.listener->ended(0, 0);
    return nullptr;
  }
};
class ReturnsATicket final : public Pretends {
 public:
  using Pretends::Pretends;
  Json launch(const Launch& launch) const override {
    Pretends::launch(launch);
    return {{"id", 1}};
  }
};
class HearsNoStop final : public Pretends {
 public:
  using Pretends::Pretends;
  Json launch(const Launch& launch) const override {
    const std::atomic<int> never{0};
    Launch deaf = launch;
    deaf.stop = &never;
    return Pretends::launch(deaf);
  }
};
class GivesNoThread final : public Pretends {
 public:
  using Pretends::Pretends;
  int threads(int cores, size_t runs) const override { return cores / static_cast<int>(runs); }
};
class HandsOn : public Pretends {
 public:
  using Pretends::Pretends;
  bool hands_on() const override { return true; }
};
class MakesEmptyTasks final : public HandsOn {
 public:
  using HandsOn::HandsOn;
  int64_t runs_per_task(int64_t, double seconds) const override {
    return static_cast<int64_t>(600 / (seconds + 1));
  }
};
class NeverStops final : public HandsOn {
 public:
  using HandsOn::HandsOn;
  bool start_again(int) const override { return true; }
};

constexpr const char* kMakes = "makes the tasks, and tells of each";
const Plant<Launcher, ForgetsToEnd> forgets{"forgets_to_end", kMakes,
                                            "task 0 had not ended when it returned"};
const Plant<Launcher, EndsTwice> twice{"ends_twice", kMakes, "task 0 ended twice"};
const Plant<Launcher, ReturnsATicket> ticket{"returns_a_ticket", kMakes, "null is expected"};
const Plant<Launcher, HearsNoStop> deaf{"hears_no_stop", "starts none once it is told to stop",
                                        "every task was started after `stop` was set"};
const Plant<Launcher, GivesNoThread> no_thread{
    "gives_no_thread", "gives each run a thread at least", "threads(1, 7) is 0"};
const Plant<Launcher, MakesEmptyTasks> empty{"makes_empty_tasks", "gives each task a run at least",
                                             "runs_per_task(1, 0) is 600"};
const Plant<Launcher, NeverStops> never_stops{"never_stops", "leaves stopped what the user stopped",
                                              "was to be started again"};

}  // namespace
