#pragma once
// The runs that a command is about. Implemented in runs.cpp.
#include <cstddef>
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// As read_compared_runs(), and says on standard error, a line each, which records cannot be read.
FoundRuns read_runs(const std::vector<std::string>& places);

/// Reads the runs and compares them.
Comparison compare_places(const std::vector<std::string>& places, const CompareOptions& options);

/// The places that hold runs: results/ where none is given; of what is no file or folder, the
/// folders in results/ that are called so. Ids are such, as `show` and `run --dry-run` print them.
std::vector<std::string> run_places(const std::vector<std::string>& given);

/// The folders of the runs that these places hold. Throws UserError where one holds none.
std::vector<std::string> run_folders(const std::vector<std::string>& given);

/// That of the one run of a place. Throws UserError where it holds none, or several.
std::string one_run(const std::string& given);

}  // namespace strata
