#pragma once
// `strata show` of a run. Implemented in show.cpp.
#include <string>
#include <vector>

#include "strata/report/reading/compared_run.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// One run for a terminal: what it was, its stages with their curves, its figures, by class too,
/// and where it ran. What the record lacks (a run that has not ended) is left out. Throws UserError
/// where values are of kinds that no record has.
std::string show_run(const Json& record, size_t width = 100);

/// A folder of runs: a line for each with its id, status, seed and main figure, by name, by what
/// varies within the name, and by seed.
std::string list_runs(std::vector<ComparedRun> runs, size_t width = 100);

}  // namespace strata
