#pragma once
// The commands on trained runs: predict, encode, reconstruct, interpolate, evaluate. Implemented in
// use.cpp.
#include <CLI/CLI.hpp>

#include "engine/engine.hpp"

namespace strata {

/// Adds them. Parsing fills in the request and sets `for_engine`. Errors are thrown out of it.
void add_use_commands(CLI::App& app, EngineRequest& request, bool& for_engine);

}  // namespace strata
