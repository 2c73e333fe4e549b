#pragma once
// The figures of a row. Implemented in cells.cpp.
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// Fills the columns and each group's cells. Beside raw squared errors of different data sets the
/// same over the pixels' variance is offered.
/// @param asked  as CompareOptions::metrics
/// Throws UserError where a metric is asked for that no run has.
void fill_cells(Comparison& c, const std::vector<std::string>& asked);

/// Marks the best of the same unit on the same test data (Cell::best). Nothing is best of codes
/// (each row has its own), of a choice made on the test data, of costs, or where the direction is
/// not known.
void mark_best(Comparison& c);

/// Whether the figure is of codes, or of some: each row has its own, made by its own encoder.
bool is_of_codes(const Cell& cell);

}  // namespace strata
