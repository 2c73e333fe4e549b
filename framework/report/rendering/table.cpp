#include "strata/report/rendering/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace strata {
namespace {

/// "pretrain.epochs" as "pretrain." and "epochs".
std::vector<std::string> header_parts(const std::string& header) {
  std::vector<std::string> parts(1);
  for (const char c : header) {
    parts.back() += c;
    if (c == '.' || c == '_' || c == ' ') parts.emplace_back();
  }
  return parts;
}

/// Lines of at most `width` characters, as long as no part is longer than that.
std::vector<std::string> header_lines(const std::string& header, size_t width) {
  std::vector<std::string> lines(1);
  for (const std::string& part : header_parts(header)) {
    if (!lines.back().empty() && display_width(lines.back() + part) > width) lines.emplace_back();
    lines.back() += part;
  }
  for (std::string& line : lines) line.erase(line.find_last_not_of(' ') + 1);
  return lines;
}

size_t widest(const std::vector<std::string>& lines) {
  size_t width = 0;
  for (const std::string& line : lines) width = std::max(width, display_width(line));
  return width;
}

/// The least width that leaves the cells whole.
size_t least_width(const Column& column) {
  return std::max(widest(column.cells), widest(header_lines(column.header, 0)));
}

/// That of the longest word.
size_t word_width(const Column& column) {
  size_t width = 0;
  for (const std::string& cell : column.cells) width = std::max(width, longest_word(cell));
  return width;
}

/// The columns' widths in a line of at most `width`: first headers are broken, the widest first,
/// then cells of columns that are not aligned to the right, between words where that suffices.
std::vector<size_t> fitted_widths(const std::vector<Column>& columns, size_t width) {
  std::vector<size_t> widths;
  size_t total = columns.empty() ? 0 : 2 * (columns.size() - 1);
  for (const Column& column : columns) total += widths.emplace_back(column.width());
  const auto narrow = [&](const auto& least_of) {
    if (total <= width) return;
    std::vector<size_t> least;
    for (const Column& column : columns) least.push_back(least_of(column));
    while (total > width) {
      size_t most = columns.size();
      for (size_t c = 0; c < columns.size(); ++c)
        if (widths[c] > least[c] && (most == columns.size() || widths[c] > widths[most])) most = c;
      if (most == columns.size()) return;
      --widths[most], --total;
    }
  };
  static constexpr size_t few = 8;
  narrow(least_width);
  narrow([](const Column& column) {
    return column.right ? least_width(column) : std::max(few, word_width(column) + 2);
  });
  narrow([](const Column& column) { return column.right ? least_width(column) : few; });
  return widths;
}

using Cells = std::vector<std::vector<std::string>>;  // one a column, each its lines

/// One row of the table, or its headers, which end on one line.
std::string row_lines(const std::vector<Column>& columns, const Cells& cells,
                      const std::vector<size_t>& widths, bool header) {
  size_t height = 1;
  for (const auto& lines : cells) height = std::max(height, lines.size());
  std::string text;
  for (size_t line = 0; line < height; ++line) {
    std::string out;
    for (size_t c = 0; c < cells.size(); ++c) {
      const size_t above = header ? height - cells[c].size() : 0;
      const bool there = line >= above && line - above < cells[c].size();
      const std::string part = there ? cells[c][line - above] : "";
      const std::string blanks(widths[c] - std::min(widths[c], display_width(part)), ' ');
      out += (c == 0 ? "" : "  ") + (columns[c].right ? blanks + part : part + blanks);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + '\n';
  }
  return text;
}

bool same_scale(const StageCurve& a, const StageCurve& b) {
  return a.loss == b.loss && a.target == b.target;
}

int decimals_for(double scale) {
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(scale))), 0, 9);
}

}  // namespace

size_t Column::width() const {
  return std::max(display_width(header), widest(cells));
}

std::string text_table(const std::vector<Column>& columns, size_t width) {
  const std::vector<size_t> widths = fitted_widths(columns, width);
  const size_t rows = columns.empty() ? 0 : columns[0].cells.size();
  Cells cells;
  for (size_t c = 0; c < columns.size(); ++c)
    cells.push_back(header_lines(columns[c].header, widths[c]));
  std::string text = row_lines(columns, cells, widths, true);
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns.size(); ++c)
      cells[c] = display_width(columns[c].cells[r]) <= widths[c]
                     ? std::vector<std::string>{columns[c].cells[r]}
                     : wrap_words(columns[c].cells[r], widths[c], "  ");
    text += row_lines(columns, cells, widths, false);
  }
  return text;
}

std::string text_tables(const std::vector<Column>& columns, size_t keys, size_t width) {
  const auto begin = columns.begin();
  const std::vector<Column> repeated(begin, begin + static_cast<std::ptrdiff_t>(keys));
  size_t key_width = 0;
  for (const Column& column : repeated) key_width += least_width(column) + 2;
  std::vector<Column> block = repeated;
  size_t used = key_width;
  std::string text;
  for (size_t c = keys; c < columns.size(); ++c) {
    const size_t needed = least_width(columns[c]);
    if (block.size() > keys && used + needed > width) {
      text += text_table(block, width) + '\n';
      block = repeated;
      used = key_width;
    }
    block.push_back(columns[c]);
    used += needed + 2;
  }
  return text + text_table(block, width);
}

const char* const sparkline_legend =
    "loss by epoch, ▁ the lowest and █ the highest of the stage; neighbouring stages of the same "
    "loss and target share a scale";

std::vector<std::string> sparklines(const std::vector<StageCurve>& curves, size_t most) {
  static const std::array<const char*, 8> heights = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::vector<std::string> lines(curves.size());
  for (size_t begin = 0; begin < curves.size();) {
    constexpr double rounding = 1e-6;
    size_t end = begin;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (; end < curves.size() && same_scale(curves[begin], curves[end]); ++end)
      for (const double loss : curves[end].losses)
        if (std::isfinite(loss)) low = std::min(low, loss), high = std::max(high, loss);
    for (; begin < end; ++begin) {
      const auto& losses = curves[begin].losses;
      const size_t drawn = std::min(losses.size(), most);
      for (size_t i = 0; i < drawn; ++i) {
        const double loss = losses[drawn < 2 ? 0 : i * (losses.size() - 1) / (drawn - 1)];
        const double unit =
            high - low > rounding * std::abs(high) ? (loss - low) / (high - low) : 0;
        lines[begin] +=
            std::isfinite(loss) ? heights[static_cast<size_t>(std::lround(7 * unit))] : "?";
      }
    }
  }
  return lines;
}

std::string sparkline(const std::vector<StageCurve>& curves, size_t most) {
  return fmt::format("{}", fmt::join(sparklines(curves, most), "|"));
}

std::string figure_text(double value, double scale) {
  if (std::isnan(value)) return "-";
  if (std::isnan(scale) || scale <= 0) scale = std::abs(value) / 100;
  if (scale <= 0) return "0";
  if (std::abs(value) >= 1e7) return fmt::format("{:.4g}", value);
  const std::string text = fmt::format("{:.{}f}", value, decimals_for(scale));
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return zero && text[0] == '-' ? text.substr(1) : text;
}

std::string end_text(double value, double scale) {
  const std::string text = figure_text(value, scale);
  const bool shown = text.find_first_of("123456789") != std::string::npos;
  if (shown || value == 0 || std::isnan(value)) return text;
  return fmt::format("{:.{}f}", value, decimals_for(std::abs(value)) - 1);
}

std::string summary_text(const Summary& s) {
  if (s.n == 0) return "-";
  if (s.n == 1) return figure_text(s.mean, NAN);
  const std::string text =
      fmt::format("{} ± {}", figure_text(s.mean, s.sd), figure_text(s.sd, s.sd));
  if (std::isnan(s.ci_low)) return text;
  return text + fmt::format(" [{}, {}]", figure_text(s.ci_low, s.sd), figure_text(s.ci_high, s.sd));
}

std::string p_text(double p) {
  if (std::isnan(p)) return "-";
  return p < 0.0001 ? "< 0.0001" : fmt::format("{:.{}f}", p, p < 0.01 ? 4 : 3);
}

}  // namespace strata
