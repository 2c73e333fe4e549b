#pragma once
// What is worth knowing of a comparison and no cell says. Implemented in notes.cpp.
#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// Adds to the comparison's notes what its figures do not show by themselves: units that part the
/// rows, runs that did not complete or never began, what the test split chose, and
/// what was noticed of single runs.
void add_notes(Comparison& comparison);

}  // namespace strata
