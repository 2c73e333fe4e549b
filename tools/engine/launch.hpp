#pragma once
// Runs that a launcher hands on: begun (launch.cpp), read again (launched.cpp), made (task.cpp). A
// launch has a folder of its own, <out>/.launches/<when>, with `launch.json`, what its tasks print
// ("task-3.log"), and what its launcher writes.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/side_by_side.hpp"
#include "engine/work.hpp"
#include "strata/core/launcher.hpp"

namespace strata {

/// The launcher that the request names, with its options; an empty slot where this process makes
/// the runs itself. Mistakes are printed, and `good` is then false.
Slot<Launcher> read_launcher(const EngineRequest& request, bool& good);

/// A run of a launch.
struct LaunchedRun {
  std::string title, label;
  std::string id;                ///< run_key()
  std::filesystem::path record;  ///< where it will be
  int64_t written = 0;           ///< PreviousRun::written, when it was launched
  size_t task = 0;               ///< which makes it
};

/// How a run of a launch stands.
struct RunState {
  enum class Kind { completed, failed, running, waiting, stopped, lost };
  Kind kind = Kind::waiting;
  std::string status;  ///< of its record, which may be of before; empty where there is none
  std::string words;
};

/// A launch, as it was written when it began.
class Launched {
 public:
  /// Throws UserError where there is none in the folder, and opens its launcher's plugins.
  explicit Launched(const std::filesystem::path& folder);

  const std::filesystem::path& folder() const { return launch_.folder; }
  const Json& file() const { return file_; }
  const std::vector<LaunchedRun>& runs() const { return runs_; }
  const Launch& launch() const { return launch_; }
  std::string describe() const;  ///< "5 tasks: job 12 of Slurm"

  /// How each run stands, by its record and by what its launcher says of its task. Throws RunError
  /// where that does not answer.
  std::vector<RunState> states() const;
  void cancel() const;
  bool start_again(int signal) const;  ///< in a task: see Launcher

 private:
  Launch launch_;
  Json file_;
  std::vector<LaunchedRun> runs_;
  std::shared_ptr<Launcher> launcher_;
};

/// What task number `task` of a launch prints goes there.
std::filesystem::path task_log(const std::filesystem::path& launch, size_t task);

/// Where a run's record will be, whatever the working directory is.
std::filesystem::path launched_record(const LoadedExperiment& run, const std::string& out);

/// The launches of a results folder, the newest first.
std::vector<std::filesystem::path> launch_folders(const std::filesystem::path& out);

/// The files whose content decides what a task does: strata's own, and the plugins', each by its
/// SHA-256.
Json program_hashes();

/// Hands these of the tasks, in this order, on to the launcher, but for those that wait in a launch
/// already, and tells the user. `seconds`: about what each takes, 0 where that is unknown. Nothing
/// where none is left to hand on.
std::optional<Launched> hand_on(const std::vector<Task>& tasks, const std::vector<size_t>& places,
                                double seconds, const EngineRequest& request,
                                const Slot<Launcher>& launcher);

/// Shows what the tasks of a launch print until every run has ended, or `stop` holds a signal: then
/// they go on. How each run stands in the end.
std::vector<RunState> follow(const Launched& launched, const std::atomic<int>& stop);

// In a task:

/// Which task of which launch this process is.
struct OwnTask {
  Launched launched;
  size_t number = 0;
  WrittenBefore runs;
};
/// Takes `--task`: from here on, what is printed goes to the task's log. Nothing where the process
/// is none.
std::optional<OwnTask> take_task(EngineRequest& request);
/// Throws UserError where the programs, or the experiment files, are others than when the runs were
/// launched: fewer of its runs were found in them.
void check_same(const OwnTask& own, size_t runs_found);
void label_as_launched(const OwnTask& own, std::vector<Task>& tasks);

}  // namespace strata
