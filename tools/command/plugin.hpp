#pragma once
// `strata plugin new`. Implemented in plugin.cpp.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace strata {

/// Adds `strata plugin new|check`. Parsing runs `new`; where `check` is called, it fills in the
/// request and sets `for_engine`. Errors are thrown out of the parsing.
void add_plugin_command(CLI::App& app, EngineRequest& request, bool& for_engine);

/// A file of a new plugin's project, as it was when the command was built.
struct PluginTemplate {
  std::string path;  ///< "layer/test_NAME.cpp"; those below common/ go with every family
  std::string
      text;  ///< with @name@, @Class@, @family@, @header@, @strata@, @strata_dir@ to fill in
};
const std::vector<PluginTemplate>& plugin_templates();

/// The components that strata itself has: "layer/tanh".
const std::vector<std::string>& own_components();

}  // namespace strata
