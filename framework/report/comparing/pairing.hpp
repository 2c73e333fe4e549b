#pragma once
// Differences between rows, seed by seed. Implemented in pairing.cpp.
#include <functional>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// Whether two runs of different rows agree in what the rows mix.
using RunsAgree = std::function<bool(const ComparedRun&, const ComparedRun&)>;

/// Tests every group against the baseline on its own test data, metric by metric, but for costs and
/// for groups that have none, which a note names. Across a flag that forbids it, nothing is tested.
/// A pair is a seed: the mean difference of its runs that agree, or of all of them where none of
/// the two rows do.
void add_paired(Comparison& c, const RunsAgree& agree);

}  // namespace strata
