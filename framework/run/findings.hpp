#pragma once
// What a trained stage's figures do not say themselves. Implemented in findings.cpp.
#include <string>
#include <vector>

#include "strata/train/evaluation.hpp"

namespace strata {

/// Something noticed of a stage: a note of the record.
struct Finding {
  std::string
      kind;  ///< "mean_image", "mean_code", "chance", "same_codes", "dead_units", "saturated_units"
  std::string text;  ///< a sentence without its full stop
};

/// Looks at what a stage learned, on the test split: whether it rebuilds no better than one and the
/// same image would, classifies no better than guessing, or has units whose code is the same for
/// every sample, or always at an end of its range.
std::vector<Finding> find_idle(const Stack& stack, const StageSpec& spec, const DeviceData& data,
                               const FitOptions& options);

}  // namespace strata
