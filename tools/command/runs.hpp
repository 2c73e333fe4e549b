#pragma once
// The runs that a command is about. Implemented in runs.cpp.
#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// The runs that a command line names.
struct RunChoice {
  std::vector<std::string> places;  ///< results/ where it is empty
  std::string where;                ///< a condition (where.hpp); empty: all
};

/// Adds the places, as positional arguments, and --where.
void add_run_choice(CLI::App& command, RunChoice& choice);
/// --where alone.
void add_where(CLI::App& command, std::string& where);

/// As read_compared_runs(), and says on standard error, a line each, which records cannot be read.
/// Throws UserError where no run meets the condition.
FoundRuns read_runs(const RunChoice& choice);

/// Reads the runs and compares them.
Comparison compare_runs(const RunChoice& choice, const CompareOptions& options);

/// The places that hold runs: results/ where none is given; of what is no file or folder, the
/// folders in results/ that are called so. Ids are such, as `show` and `run --dry-run` print them.
std::vector<std::string> run_places(const std::vector<std::string>& given);

/// The folders of the runs that these places hold. Throws UserError where one holds none.
std::vector<std::string> run_folders(const std::vector<std::string>& given);

/// That of the one run of a place. Throws UserError where it holds none, or several.
std::string one_run(const std::string& given);

}  // namespace strata
