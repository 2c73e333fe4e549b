#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "engine/commands.hpp"
#include "strata/config/compose.hpp"
#include "strata/registry/load.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

/// Adds the issues of one run to those of all.
void hand_on(const Issues& own, Issues& issues) {
  for (const Issue& issue : own.all()) {
    if (issue.warning)
      issues.warning(issue.origin, issue.path, issue.message);
    else
      issues.error(issue.origin, issue.path, issue.message);
  }
  if (!own.ok()) issues.count_again();  // even where all of them were reported before
}

CheckedExperiment checked(const Composition& composition, const ComposedRun& run, const Host& host,
                          Issues& issues) {
  CheckedExperiment result;
  LoadedExperiment& loaded = result.experiment;
  loaded.file = composition.files.front()->name;
  loaded.text = composition.files.front()->text;
  loaded.tree = run.root;
  Issues own;  // what is wrong in another run is not wrong in this
  load_listed_plugins(run.root, own);
  loaded.settings = read_experiment(loaded.tree, own);
  result.plan = make_plan(loaded.settings, loaded.tree, own, host);
  hand_on(own, issues);
  return result;
}

}  // namespace

std::vector<CheckedExperiment> load_checked(const EngineRequest& request, const std::string& file,
                                            Issues& issues) {
  if (file.find('=') != std::string::npos && !std::filesystem::exists(file))
    throw UserError(fmt::format("there is no file '{}'; a setting is given by --set {}", file,
                                shell_word(file)));
  CommandSettings settings{request.overrides, request.sweeps, request.seeds};
  if (!request.device.empty()) settings.set.push_back("device=" + request.device);
  const Composition composition = compose(file, settings, issues);
  const Host host{request.data_folders, granted_memory()};
  std::vector<CheckedExperiment> experiments;
  for (const ComposedRun& run : composition.runs) {
    experiments.push_back(checked(composition, run, host, issues));
    LoadedExperiment& loaded = experiments.back().experiment;
    loaded.label = run.label;
    loaded.notes = composition.notes;
    const std::vector<std::string>& more = experiments.back().plan.notes;
    loaded.notes.insert(loaded.notes.end(), more.begin(), more.end());
    for (const Override& override : run.point) loaded.overrides.push_back(override.text());
    loaded.overrides.insert(loaded.overrides.end(), settings.set.begin(), settings.set.end());
  }
  return experiments;
}

void print_issues(const Issues& issues) {
  if (!issues.all().empty()) fmt::print(stderr, "{}\n", issues.format());
}

void print_notes(const std::vector<CheckedExperiment>& runs) {
  std::set<std::string> printed;
  for (const CheckedExperiment& run : runs)
    for (const std::string& note : run.experiment.notes)
      if (printed.insert(note.substr(note.find(": note: "))).second)
        fmt::print(stderr, "{}\n", note);
}

}  // namespace strata
