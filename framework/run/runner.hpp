#pragma once
#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "strata/fused/engine.hpp"
#include "strata/run/plan.hpp"

namespace strata {

/// An experiment as it was read: what a run needs, and what its record quotes.
struct LoadedExperiment {
  Node tree;  ///< composed, with paths and origins
  Experiment settings;
  std::string file, text;              ///< as given, and the file's own text
  std::vector<std::string> overrides;  ///< "seed=1": its point in a sweep, and --set
  std::string label;                   ///< the point, short; empty where nothing is swept
  std::vector<std::string> notes;      ///< on what the command line changes of its sweep

  std::string title() const;   ///< "mnist-greedy (lr=0.1 seed=3)", as the run is called on screen
  Json resolved() const;       ///< every setting, defaults included
  std::string hash() const;    ///< SHA-256 of resolved()
  std::string run_id() const;  ///< "3fa9c1d2-s0": the hash's beginning and the seed
};

struct RunOptions {
  std::filesystem::path out = "results";
  std::vector<std::string> data_folders;
  int threads = 0;        ///< 0: the cores granted
  bool autograd = false;  ///< no other engine is tried
  bool quiet = false;
  std::string place;  ///< among the runs of the command: "run 2 of 6"; empty where it is alone
  std::vector<std::string> command_line;  ///< the user's
  const std::atomic<bool>* stop = nullptr;
};

struct RunOutcome {
  std::string status;  ///< as in the record, or "killed"
  std::string error;
  std::filesystem::path record;
  bool users_fault = false;  ///< what the user gave was wrong: missing data, say
};

/// What the file says of precision, as the engine takes it.
MatmulPrecision matmul_precision(const Experiment& settings);

/// <out>/<name>/<run id>/record.json
std::filesystem::path record_path(const LoadedExperiment& experiment,
                                  const std::filesystem::path& out);

/// Runs one experiment whose plan has no issues, and closes its record whatever happens. Throws
/// RunError only where the record itself cannot be written.
RunOutcome run_experiment(const LoadedExperiment& experiment, const Plan& plan,
                          const RunOptions& options);

}  // namespace strata
