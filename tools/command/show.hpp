#pragma once
// `strata show` of runs. Implemented in show.cpp.
#include <string>

#include "engine/engine.hpp"

namespace strata {

/// Serves `show` of runs and of folders of runs; false where it was given an experiment file.
/// @param where  a condition on the runs, or ""
bool show_runs(const EngineRequest& request, const std::string& where);

}  // namespace strata
