#pragma once
// A comparison as text. Implemented in comparison_text.cpp.
#include <string>
#include <vector>

#include "strata/report/comparing/comparison.hpp"

namespace strata {

/// "12 runs (11 completed, 1 unreadable) in 2 rows"
std::string counts_text(const Comparison& comparison);

/// What is in no line of the paired differences: "No pairs: rows 3 to 40", "No pairs: row 2 in nll,
/// accuracy"; "" where there is nothing.
std::string no_pairs_text(const Comparison& comparison);

/// For a terminal: the verdict, the table, or as many as the width asks for, sparklines, paired
/// differences, flags and notes.
/// @param styled  the verdict stands out (Display)
std::string comparison_text(const Comparison& comparison, size_t width, bool styled = false);

/// The same as GitHub's Markdown, without the curves.
std::string comparison_markdown(const Comparison& comparison);

/// One line a group (RFC 4180): settings, the keys of the flags that mark it, runs by status, and
/// n, mean, sd, ci_low, ci_high, unit, chosen_on_test of each metric, at full precision; empty
/// where a figure is not known. Where there is a baseline, each metric's difference from it, what
/// its tests say, and the keys of the flags between the two.
std::string comparison_csv(const Comparison& comparison);

/// Everything, with the runs behind each group. "row" counts from 1 as the tables do, "group" and
/// "baseline" are places in "groups". Settings are numbers, truth values, null or texts. Not-known
/// figures are null.
Json comparison_json(const Comparison& comparison);

/// "better", "worse", "n too small to tell" ...
std::string verdict_text(const Paired& paired, int direction);
/// What the verdict is without: "failed runs", "missing figures" of either row.
std::vector<std::string> lacks_of(const Paired& paired);
/// "worse, but see a,c and !": what lies between the two rows beside what is compared, and what is
/// lacking.
std::string verdict_with_flags(const Paired& paired, int direction);

}  // namespace strata
