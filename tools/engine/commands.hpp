#pragma once
#include "engine/engine.hpp"
#include "strata/run/runner.hpp"

namespace strata {

// One function a command, each returning the exit code.
int run_command(const EngineRequest& request);
int check_command(const EngineRequest& request);
int show_command(const EngineRequest& request);
int list_command(const EngineRequest& request);
int describe_command(const EngineRequest& request);
int schema_command(const EngineRequest& request);
int components_command(const EngineRequest& request);

/// A file read, typed and planned. `plan.stack` is null where that failed.
struct CheckedExperiment {
  LoadedExperiment experiment;
  Plan plan;
};

/// Reads one file with the request's overrides (and `more` of them); mistakes go to `issues`.
CheckedExperiment load_checked(const EngineRequest& request, const std::string& file,
                               const std::vector<std::string>& more, Issues& issues);

/// Prints mistakes and warnings on standard error.
void print_issues(const Issues& issues);

}  // namespace strata
