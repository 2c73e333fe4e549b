#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "strata/report/compared_run.hpp"
#include "strata/report/statistics.hpp"

namespace strata {

/// A column of text, its header first.
struct Column {
  std::string header;
  std::vector<std::string> cells;
  bool right = false;  ///< aligned to the right
  size_t width() const;
};

/// Headers that were cut, each with the whole.
using CutHeaders = std::vector<std::pair<std::string, std::string>>;

/// Columns two blanks apart under their headers, every line ending in a newline. Cells of the
/// columns are cut (with an ellipsis) until a line has at most `width` characters; headers are cut
/// in the middle and stay different from each other, and are added to `cut_headers`.
std::string text_table(std::vector<Column> columns, size_t width,
                       CutHeaders* cut_headers = nullptr);

/// Characters of UTF-8 text, as a terminal counts them here: one a code point.
size_t text_width(std::string_view text);

/// A line of eight heights, a bar apart where a stage begins. Neighbouring stages that minimize the
/// same loss against the same target share one scale, so that the jump between them shows. Of a
/// stage with more than 20 epochs, 20 are drawn, the first and the last among them.
std::string sparkline(const std::vector<StageCurve>& curves);

/// "0.9183 ± 0.0021 [0.9168, 0.9198]": as many decimals as two digits of the spread need.
std::string summary_text(const Summary& summary);
/// A figure to about four digits, or as `scale` (a spread) asks for; "-" where it is NaN.
std::string figure_text(double value, double scale);
/// "0.041", "< 0.0001", "-"
std::string p_text(double p);

}  // namespace strata
