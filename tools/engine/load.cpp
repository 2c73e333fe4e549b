#include <fmt/format.h>

#include "engine/commands.hpp"

namespace strata {

CheckedExperiment load_checked(const EngineRequest& request, const std::string& file,
                               const std::vector<std::string>& more, Issues& issues) {
  (void)request, (void)more;
  CheckedExperiment checked;
  LoadedExperiment& loaded = checked.experiment;
  loaded.file = file;
  loaded.tree = parse_yaml_file(file, issues);
  if (loaded.tree.is_null()) return checked;
  loaded.text = loaded.tree.origin.source->text;
  set_paths(loaded.tree);
  const int errors = issues.errors();
  loaded.settings = read_params<Experiment>(loaded.tree, issues, Registry::instance());
  if (issues.errors() == errors) checked.plan = make_plan(loaded.settings, loaded.tree, issues);
  return checked;
}

void print_issues(const Issues& issues) {
  if (!issues.all().empty()) fmt::print(stderr, "{}\n", issues.format());
}

}  // namespace strata
