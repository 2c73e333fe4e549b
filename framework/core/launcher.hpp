#pragma once
// The family `launcher`: who has the runs of a command made. Contract in contract/launcher.cpp. No
// LibTorch is needed for one.
#include <array>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "strata/registry/registry.hpp"

namespace strata {

/// The signals that ask a run to end, whose record is then closed.
inline constexpr std::array stop_signals = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU};

/// A process that makes runs: one, or several one after another.
struct LaunchTask {
  std::string label;                 ///< what the user calls it
  std::vector<std::string> command;  ///< program and arguments
};

/// Told what becomes of tasks while the launcher stays with them.
class LaunchListener {
 public:
  virtual ~LaunchListener() = default;
  virtual void started(size_t task) = 0;
  /// It printed a line on its standard error, or this is said of its end.
  virtual void said(size_t task, const std::string& line) = 0;
  /// Once for each that was started, or could not be. `code`: its exit code, or 128 + the signal
  /// that ended it.
  virtual void ended(size_t task, int code) = 0;
  /// What the user should know of all.
  virtual void noted(const std::string& text) = 0;
};

/// What is to be made.
struct Launch {
  std::string name;  ///< of the experiment
  std::vector<LaunchTask> tasks;
  LaunchListener* listener = nullptr;      ///< of a launcher that stays
  const std::atomic<int>* stop = nullptr;  ///< the same: holds the signal that asks it to end, or 0
  std::filesystem::path folder;            ///< of one that hands on: its own, there, absolute
};

/// How a task stands with who makes it. What became of its runs, their records say.
struct TaskState {
  enum class Phase { waiting, running, ended };
  Phase phase = Phase::ended;
  std::string words;     ///< "waits (Priority)", "runs on n2", "ran out of memory on n2"
  bool machine = false;  ///< it ended by what its runs cannot help: a node failed, its time was up
};

/// Either stays with its tasks until they have ended, or hands them on to what makes them whether
/// or not this process lives on (a batch system). A task may be started twice, or again after it
/// was lost: it claims each run, and goes on with what is left.
class Launcher {
 public:
  static constexpr const char* family = "launcher";
  virtual ~Launcher() = default;

  virtual bool hands_on() const { return false; }

  /// The threads that each of so many runs computes with, where `cores` are granted here.
  virtual int threads(int cores, size_t /*runs*/) const { return cores; }

  /// Has the tasks made, in their order. One that stays tells the listener, starts no further task
  /// once `stop` holds a signal, waits for those that run, and returns null. One that hands on
  /// returns what it takes to find the tasks again, by this process or a later one. Throws
  /// UserError where the tasks cannot be made, and none is then.
  virtual Json launch(const Launch& launch) const = 0;

  // ---- Of a launcher that hands on ----

  /// How many of so many runs one task makes. `seconds`: about what one takes; 0: unknown.
  virtual int64_t runs_per_task(int64_t /*runs*/, double /*seconds*/) const { return 1; }

  /// What launch() returned, for the user: "job 1234 of Slurm".
  virtual std::string describe(const Json& ticket) const { return ticket.dump(); }

  /// How each task stands. Throws RunError with the reason where that cannot be told now.
  virtual std::vector<TaskState> look(const Launch& launch, const Json& /*ticket*/) const {
    return std::vector<TaskState>(launch.tasks.size());
  }

  /// Ends the tasks that run, and has none started that waits. Throws RunError where it cannot.
  virtual void cancel(const Launch& /*launch*/, const Json& /*ticket*/) const {}

  /// In a task that this signal asked to end, and whose runs have been stopped: has it started
  /// again later, where that is what the signal was for. False where nobody will.
  virtual bool start_again(int /*signal*/) const { return false; }
};

}  // namespace strata
