#pragma once
// The entry of libstrata. Implemented in engine.cpp.
#include <string>
#include <vector>

namespace strata {

/// What a trained run's model is written as; docs/exporting.md.
struct ExportRequest {
  std::string run, stage;  ///< its folder; the stage's name, empty: the last
  std::string format, output;
  std::string part = "model", dtype = "float32";
};

/// What is asked of a trained run.
struct UseRequest {
  std::vector<std::string> runs;    ///< their folders; one, but for evaluate
  std::vector<std::string> images;  ///< files, and folders of them
  std::string split, dataset;       ///< or a split, of the run's data set or of this one
  std::string stage, code;          ///< by name; empty: the one that the command is about
  std::string corruption;           ///< evaluate: what spoils the images; empty: nothing does
  std::string output;               ///< -o; empty: standard output
  bool csv = false;                 ///< predict
  bool invert = false;              ///< pictures are dark on light
  int steps = 8;                    ///< interpolate: pictures from one code to the other
};

/// What the command line asked of the part of strata that needs LibTorch and the components. The
/// front fills it in, opens libstrata, and calls strata_engine().
struct EngineRequest {
  enum class Command {
    run,
    check,
    show,
    list,
    describe,
    schema,
    components,
    plugin_check,
    export_model,
    predict,
    encode,
    reconstruct,
    interpolate,
    evaluate,
    status,
    cancel
  };
  Command command = Command::check;
  /// Experiment files; plugin_check: the library; status and cancel: a folder of results.
  std::vector<std::string> files;
  std::vector<std::string> overrides;  ///< --set, "key.path=value"
  std::vector<std::string> sweeps;     ///< --sweep, "key=v1,v2"
  std::vector<std::string> plugins;    ///< --plugin, a library's path or name
  std::string seeds;                   ///< --seeds, "0-4"; empty: the file's own
  std::string device;                  ///< --device; empty: the file's own
  std::string out = "results";
  std::vector<std::string> data_folders;
  int threads = 0;
  std::string engine;  ///< --engine; empty: not given
  bool quiet = false;
  bool again = false;
  bool resume_anyway = false;
  bool no_reuse = false;
  bool verify = false;  ///< run: reads all files of what was completed before
  bool keep_failed = false;
  bool dry_run = false;
  bool no_plugins = false;  ///< check: says which libraries would be opened, and opens none
  int jobs = 1;
  ExportRequest exported;
  UseRequest use;
  std::string launcher;  ///< --launcher: a name, a map of YAML, or a file; empty: not given
  std::vector<std::string> launcher_options;  ///< what stood beside it, "max-parallel=8"
  bool wait = false;                          ///< follows what a launcher hands on
  /// Given by a launch to the process of one of its tasks: the launch's folder, and the task's
  /// number ("/x/results/.launches/20261128T080000-7:3").
  std::string task;
  bool json = false;
  std::string component;                  ///< list: a family or empty; describe: what to describe
  std::vector<std::string> command_line;  ///< as it was typed
  /// Given by --jobs to the process of a run: JSON with the run's `place` among the others ("run 2
  /// of 6"), its `label` and the user's `command_line`.
  std::string part_of;

  /// Whether another process of strata's asked for it.
  bool is_part() const { return !part_of.empty() || !task.empty(); }
};

/// The engine's entry points by name, for dlsym; each returns the process's exit code and throws
/// nothing.
using EngineFunction = int (*)(const EngineRequest&);
inline constexpr const char* engine_symbol = "strata_engine";

}  // namespace strata

extern "C" int strata_engine(const strata::EngineRequest& request);
