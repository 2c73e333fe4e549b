#pragma once
// The command `export`. Implemented in export.cpp.
#include <CLI/CLI.hpp>

#include "engine/engine.hpp"

namespace strata {

/// Adds it. Parsing fills in the request and sets `for_engine`. Errors are thrown out of it.
void add_export_command(CLI::App& app, EngineRequest& request, bool& for_engine);

}  // namespace strata
