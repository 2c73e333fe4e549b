#include <fmt/format.h>

#include <algorithm>

#include "engine/commands.hpp"
#include "strata/config/compose.hpp"
#include "strata/registry/load.hpp"

namespace strata {
namespace {

/// Composition has taken `extends`, `sweep` and `seeds` out by now. Tells of a key that was meant
/// to be one of them, and takes it out too.
void check_composition_keys(Node& root, Issues& issues) {
  const ParamList& fields = param_list<Experiment>();
  const auto misspelt = [&](const Node::Entry& entry) {
    if (fields.find(entry.key) != nullptr || !nearest(entry.key, fields.names()).empty())
      return false;
    const std::string meant = nearest(entry.key, {"extends", "sweep", "seeds"});
    if (meant.empty()) return false;
    issues.error(entry.key_origin, entry.value.path,
                 fmt::format("unknown key '{}'; did you mean '{}'?", entry.key, meant));
    return true;
  };
  root.entries.erase(std::remove_if(root.entries.begin(), root.entries.end(), misspelt),
                     root.entries.end());
}

CheckedExperiment checked(const Composition& composition, const ComposedRun& run, Issues& issues) {
  CheckedExperiment result;
  LoadedExperiment& loaded = result.experiment;
  loaded.file = composition.files.front()->name;
  loaded.text = composition.files.front()->text;
  loaded.tree = run.root;
  load_listed_plugins(run.root, issues);
  const int errors = issues.errors();
  check_composition_keys(loaded.tree, issues);
  loaded.settings = read_params<Experiment>(loaded.tree, issues, Registry::instance());
  if (issues.errors() == errors) result.plan = make_plan(loaded.settings, loaded.tree, issues);
  return result;
}

}  // namespace

std::vector<CheckedExperiment> load_checked(const EngineRequest& request, const std::string& file,
                                            Issues& issues) {
  CommandSettings settings{request.overrides, request.sweeps, request.seeds};
  if (!request.device.empty()) settings.set.push_back("device=" + request.device);
  const Composition composition = compose(file, settings, issues);
  std::vector<CheckedExperiment> experiments;
  for (const ComposedRun& run : composition.runs) {
    experiments.push_back(checked(composition, run, issues));
    LoadedExperiment& loaded = experiments.back().experiment;
    loaded.label = run.label;
    loaded.notes = composition.notes;
    for (const Override& override : run.point) loaded.overrides.push_back(override.text());
    loaded.overrides.insert(loaded.overrides.end(), settings.set.begin(), settings.set.end());
  }
  return experiments;
}

void print_issues(const Issues& issues) {
  if (!issues.all().empty()) fmt::print(stderr, "{}\n", issues.format());
}

}  // namespace strata
