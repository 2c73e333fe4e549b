#pragma once
// A curve in characters. Implemented in chart.cpp.
#include <string>
#include <vector>

namespace strata {

/// The values from left to right as one line of braille dots, with the highest and the lowest
/// written before it: `height` lines of `width` columns at most. Values that are not finite leave a
/// gap. Empty where none is finite or there is no room (20 columns, 2 lines).
std::vector<std::string> line_chart(const std::vector<double>& values, size_t width, size_t height);

}  // namespace strata
