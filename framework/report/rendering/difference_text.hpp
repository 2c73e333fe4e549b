#pragma once
// `strata diff` as text and as JSON. Implemented in difference_text.cpp.
#include <string>

#include "strata/report/comparing/difference.hpp"
#include "strata/support/json.hpp"

namespace strata {

std::string difference_text(const ComparedRun& first, const ComparedRun& second,
                            size_t width = 100);

/// {runs: [{path, name, run_id, status}, ...], settings: {key: [first, second]}, conditions: the
/// same, figures: {name: {values: [first, second], difference}}, same_result}; null is what a run
/// has not.
Json difference_json(const ComparedRun& first, const ComparedRun& second);

}  // namespace strata
