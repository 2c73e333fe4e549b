#include "engine/engine.hpp"

#include <fmt/format.h>

#include "engine/commands.hpp"
#include "strata/registry/load.hpp"
#include "strata/support/exit_guard.hpp"

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
  }
  return 2;
}

}  // namespace
}  // namespace strata

extern "C" int strata_engine(const strata::EngineRequest& request) {
  using namespace strata;
  try {
    const ExitGuard guard([] {
      fmt::print(stderr,
                 "strata: error: the command did not end: code of a plugin called exit()\n");
    });
    for (const std::string& problem : Registry::instance().problems())
      fmt::print(stderr, "strata: error: {}\n", problem);
    if (!Registry::instance().problems().empty()) return 2;
    for (const std::string& plugin : request.plugins)
      load_plugin(plugin, std::filesystem::current_path());
    return dispatch(request);
  } catch (...) {
    return report_current_exception();
  }
}
