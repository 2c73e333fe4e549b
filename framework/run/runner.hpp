#pragma once
// One run, from its data to its closed record. Implemented in runner.cpp.
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "strata/run/plan.hpp"
#include "strata/train/evaluation.hpp"

namespace strata {

/// An experiment as it was read: what a run needs, and what its record quotes.
struct LoadedExperiment {
  Node tree;  ///< composed, with paths and origins
  Experiment settings;
  std::string file, text;              ///< as given, and the file's own text
  std::vector<std::string> overrides;  ///< "seed=1": its point in a sweep, and --set
  std::string label;                   ///< the point, short; empty where nothing is swept
  std::vector<std::string> notes;      ///< on what the command line changes of its sweep
  std::string beside;  ///< "~1a2b3c4d": its folder is another, as a finished run of other content
                       ///< is in its own; else empty

  std::string title() const;   ///< "mnist-greedy (lr=0.1 seed=3)", as the run is called on screen
  Json resolved() const;       ///< every setting, defaults included
  std::string hash() const;    ///< SHA-256 of resolved()
  std::string own_id() const;  ///< "3fa9c1d2-s0": of the settings (identity.hpp), and the seed
  std::string run_id() const { return own_id() + beside; }
};

struct RunOutcome {
  std::string
      status;  ///< as in the record; "killed", "finished" before, "elsewhere": at work on it
  std::string error;
  std::filesystem::path record;  ///< empty where none was written
  bool users_fault = false;      ///< what the user gave was wrong: missing data, say
  std::filesystem::path kept{};  ///< the record of a finished run, which this one did not replace
};

struct RunOptions {
  std::filesystem::path out = "results";
  std::vector<std::string> data_folders;
  int threads = 0;     ///< 0: the cores granted
  std::string engine;  ///< "autograd": no other is tried; "auto": the fastest that takes a stage;
                       ///< empty: auto, or what the run was begun with
  bool quiet = false;
  size_t columns = 0;  ///< of the terminal that its lines go to by another process; 0: its own
  std::string place;   ///< among the runs of the command: "run 2 of 6"; empty where it is alone
  std::vector<std::string> command_line;  ///< the user's
  const std::atomic<bool>* stop = nullptr;
  bool again = false;          ///< begin anew, whatever there is
  bool reuse = true;           ///< take stages that other runs trained
  bool resume_anyway = false;  ///< go on although what the bits depend on has changed
  /// Asked when the run's folder is held, and nobody else can be at work on it: how it ended
  /// meanwhile, where it is not to be made for that; may be empty.
  std::function<std::optional<RunOutcome>()> made_before;
};

/// <out>/<name>/<run id>/record.json
std::filesystem::path record_path(const LoadedExperiment& experiment,
                                  const std::filesystem::path& out);

/// How the settings say that stages are trained and measured. Throws UserError where there is no
/// such device.
FitOptions fit_options(const Experiment& settings, const RunOptions& options);

/// Runs one experiment whose plan has no issues, and closes its record whatever happens; a finished
/// run that it replaces stays until the new one is as whole. A mistake in the data leaves
/// everything as it was. Throws RunError only where the record itself cannot be written.
RunOutcome run_experiment(const LoadedExperiment& experiment, const Plan& plan,
                          const RunOptions& options);

}  // namespace strata
