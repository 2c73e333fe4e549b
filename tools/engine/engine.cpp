#include "engine/engine.hpp"

#include <fmt/format.h>

#include "engine/commands.hpp"
#include "strata/registry/load.hpp"
#include "strata/support/exit_guard.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

int dispatch(const EngineRequest& request) {
  switch (request.command) {
    case EngineRequest::Command::run:
      return run_command(request);
    case EngineRequest::Command::check:
      return check_command(request);
    case EngineRequest::Command::show:
      return show_command(request);
    case EngineRequest::Command::list:
      return list_command(request);
    case EngineRequest::Command::describe:
      return describe_command(request);
    case EngineRequest::Command::schema:
      return schema_command(request);
    case EngineRequest::Command::components:
      return components_command(request);
    case EngineRequest::Command::plugin_check:
      return plugin_check_command(request);
    case EngineRequest::Command::export_model:
      return export_command(request);
    case EngineRequest::Command::predict:
      return predict_command(request);
    case EngineRequest::Command::encode:
      return encode_command(request);
    case EngineRequest::Command::reconstruct:
      return reconstruct_command(request);
    case EngineRequest::Command::interpolate:
      return interpolate_command(request);
    case EngineRequest::Command::evaluate:
      return evaluate_command(request);
    case EngineRequest::Command::status:
      return status_command(request);
    case EngineRequest::Command::cancel:
      return cancel_command(request);
  }
  return 2;
}

}  // namespace
}  // namespace strata

extern "C" int strata_engine(const strata::EngineRequest& request) {
  using namespace strata;
  try {
    const ExitGuard guard([] {
      print_err("strata: error: the command did not end: code of a plugin called exit()\n");
    });
    for (const std::string& problem : Registry::instance().problems())
      print_err("strata: error: {}\n", problem);
    if (!Registry::instance().problems().empty()) return 2;
    for (const std::string& plugin : request.plugins)
      if (const PluginLibrary library = load_plugin(plugin, std::filesystem::current_path());
          !library.warning.empty())
        print_err("strata: warning: {}\n", library.warning);
    return dispatch(request);
  } catch (...) {
    return report_current_exception();
  }
}
