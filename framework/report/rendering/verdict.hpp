#pragma once
// What a comparison shows, in sentences: they head it, in the terminal and on the page. Implemented
// in verdict.cpp.
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// "Pretraining does not help: accuracy -0.4 points [-0.6, -0.1], 10 seeds." of each row that was
/// tested, by the first figure that can be compared; where more than three were, how many are
/// better. Then which data set gains more. Without a baseline, which row is the best. Where there
/// are too few seeds, how many would do, with the command.
std::vector<std::string> verdict_sentences(const Comparison& c);

/// "better" or "worse", or, of a figure that is neither (direction 0), "higher" or "lower": where
/// the mean difference points.
std::string direction_word(const Paired& paired, int direction);

}  // namespace strata
