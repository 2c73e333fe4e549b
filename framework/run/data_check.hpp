#pragma once
// Whether the data is there, told before a run. Implemented in data_check.cpp.
#include <string>
#include <vector>

#include "strata/run/experiment.hpp"

namespace strata {

/// Why the data set cannot be loaded, where that is known at once: its files are not where they are
/// looked for, or have no header. Else "": the run finds out what their content is, and what a
/// plugin's data set wants.
std::string missing_data(const Slot<Dataset>& dataset, const std::vector<std::string>& folders);

}  // namespace strata
