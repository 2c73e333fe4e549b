#pragma once
#include <string>

#include "strata/support/json.hpp"

namespace strata {

/// One run for a terminal: what it was, its stages with their curves, its figures, by class too,
/// and where it ran. What the record lacks (a run that has not ended) is left out.
std::string show_run(const Json& record, size_t width = 100);

}  // namespace strata
