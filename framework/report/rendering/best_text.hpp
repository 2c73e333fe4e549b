#pragma once
// `strata best` as text and as JSON. Implemented in best_text.cpp.
#include <string>

#include "strata/report/choosing/best.hpp"
#include "strata/support/json.hpp"

namespace strata {

/// What decided, then the first `top` runs of the one list, or the first of each.
std::string best_text(const BestRuns& best, size_t top, size_t width = 100);

/// {figure, better, by, notes, lists: [{value, runs: [{path, name, run_id, seed, value, test}]}]},
/// every run, the best first.
Json best_json(const BestRuns& best);

}  // namespace strata
