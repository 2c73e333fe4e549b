#pragma once
// The commands that need LibTorch.
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
int plugin_check_command(const EngineRequest& request);
int export_command(const EngineRequest& request);
int predict_command(const EngineRequest& request);
int encode_command(const EngineRequest& request);
int reconstruct_command(const EngineRequest& request);
int interpolate_command(const EngineRequest& request);
int evaluate_command(const EngineRequest& request);
int status_command(const EngineRequest& request);
int cancel_command(const EngineRequest& request);

/// A run of a file: read, typed and planned. `plan.stack` is null where that failed.
struct CheckedExperiment {
  LoadedExperiment experiment;
  Plan plan;
};

/// The runs of one file: one, or those that its sweep and seeds make, with the request's overrides.
/// Mistakes go to `issues`; what they leave is returned all the same.
std::vector<CheckedExperiment> load_checked(const EngineRequest& request, const std::string& file,
                                            Issues& issues);

/// Prints mistakes and warnings on standard error.
void print_issues(const Issues& issues);

/// Prints on standard error what the user may not expect of a file's runs, of which there are some.
void print_notes(const std::vector<CheckedExperiment>& runs);

/// Prints on standard error that of a file's runs so many are there twice; nothing where none is.
void print_repeated(const std::string& file, size_t runs, size_t repeated);

}  // namespace strata
