#include "engine/commands.hpp"
#include "strata/support/files.hpp"

namespace strata {

CheckedExperiment load_checked(const EngineRequest& request, const std::string& file,
                               const std::vector<std::string>& more, Issues& issues) {
  (void)request, (void)more;
  CheckedExperiment checked;
  LoadedExperiment& loaded = checked.experiment;
  loaded.file = file;
  loaded.text = read_file(file);
  loaded.tree = parse_yaml(std::make_shared<Source>(Source{file, loaded.text}), issues);
  if (!issues.ok()) return checked;
  set_paths(loaded.tree);
  loaded.settings = read_params<Experiment>(loaded.tree, issues, Registry::instance());
  if (issues.ok()) checked.plan = make_plan(loaded.settings, loaded.tree, issues);
  return checked;
}

}  // namespace strata
