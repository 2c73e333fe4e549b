#pragma once
// One table, as text, Markdown and CSV. Implemented in table.cpp.
#include <string>
#include <vector>

#include "strata/report/comparing/statistics.hpp"
#include "strata/report/reading/compared_run.hpp"
#include "strata/support/display.hpp"

namespace strata {

/// A column of text, its header first.
struct Column {
  std::string header;
  std::vector<std::string> cells;
  bool right = false;  ///< aligned to the right
  size_t width() const;
};

/// Columns that are filled row by row.
struct Table {
  std::vector<Column> columns;
  explicit Table(std::vector<Column> heads) : columns(std::move(heads)) {}
  /// A cell for each column.
  void add(std::vector<std::string> cells) {
    for (size_t i = 0; i < cells.size(); ++i) columns[i].cells.push_back(std::move(cells[i]));
  }
  size_t rows() const { return columns[0].cells.size(); }
};

/// Columns two blanks apart under their headers, every line ending in a newline. Where a line would
/// have more than `width` characters, headers are broken ("pretrain." over "epochs"), and then the
/// cells that are aligned to the left; nothing is cut.
std::string text_table(const std::vector<Column>& columns, size_t width);

/// One table where the width allows, else as many as it takes, an empty line apart. Each begins
/// with the first `keys` columns.
std::string text_tables(const std::vector<Column>& columns, size_t keys, size_t width);

/// A line of eight heights for each stage. Neighbouring stages that minimize the same loss against
/// the same target share one scale, so that the jump between them shows; each scale goes from its
/// lowest to its highest. Of a stage with more than `most` epochs, so many are drawn, the first and
/// the last among them.
std::vector<std::string> sparklines(const std::vector<StageCurve>& curves, size_t most = 20);

/// What these lines mean, for a legend.
extern const char* const sparkline_legend;

/// The same in one line, a bar apart where a stage begins.
std::string sparkline(const std::vector<StageCurve>& curves, size_t most = 20);

/// "0.9183 ± 0.0021 [0.9168, 0.9198]": as many decimals as two digits of the spread need.
std::string summary_text(const Summary& summary);
/// A figure to about four digits, or as `scale` (a spread) asks for; "-" where it is NaN.
std::string figure_text(double value, double scale);
/// The same of an interval's end, of which one asks on which side of 0 it lies: where it would be
/// written as 0 and is not, its first digit follows ("-0.0002").
std::string end_text(double value, double scale);
/// "0.041", "< 0.0001", "-"
std::string p_text(double p);

}  // namespace strata
