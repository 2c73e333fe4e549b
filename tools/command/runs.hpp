#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// As read_compared_runs(), and says on standard error, a line each, which records cannot be read.
FoundRuns read_runs(const std::vector<std::string>& places);

/// Reads the runs and compares them.
Comparison compare_places(const std::vector<std::string>& places, const CompareOptions& options);

/// Columns of the terminal, or of COLUMNS; 160 where the output is no terminal.
size_t output_width();

}  // namespace strata
