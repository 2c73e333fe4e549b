#include "strata/report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

namespace strata {
namespace {

std::string cut(const std::string& text, size_t width) {
  if (text_width(text) <= width) return text;
  std::string kept;
  size_t count = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    if (begins && ++count >= width) break;
    kept += c;
  }
  return kept + "…";
}

/// "pretrain.optimizer.lr" as "pre…r.lr": what tells names of settings apart is at both ends.
std::string cut_middle(const std::string& text, size_t width) {
  const size_t size = text_width(text);
  if (size <= width) return text;
  if (size != text.size()) return cut(text, width);  // not ASCII
  const size_t back = width / 2;
  return text.substr(0, width - 1 - back) + "…" + text.substr(size - back);
}

/// The column's header in at most `width` characters, other than those that are taken.
std::string cut_header(const std::string& header, size_t width,
                       const std::set<std::string>& taken) {
  std::string shown = cut_middle(header, width);
  for (int next = 2; taken.count(shown) != 0; ++next) {
    const std::string number = std::to_string(next);
    shown = cut_middle(header, std::max(width, number.size() + 4) - number.size()) + number;
  }
  return shown;
}

size_t line_width(const std::vector<Column>& columns) {
  size_t total = columns.empty() ? 0 : 2 * (columns.size() - 1);
  for (const Column& column : columns) total += column.width();
  return total;
}

/// Cuts the widest column, again and again, but none under eight characters.
void fit(std::vector<Column>& columns, size_t width) {
  for (size_t excess = line_width(columns); excess > width;) {
    auto widest = std::max_element(columns.begin(), columns.end(),
                                   [](auto& a, auto& b) { return a.width() < b.width(); });
    const size_t now = widest->width();
    if (now <= 8) return;
    const size_t target = std::max<size_t>(8, now - std::min<size_t>(now - 8, excess - width));
    widest->header = cut_middle(widest->header, target);
    for (std::string& cell : widest->cells) cell = cut(cell, target);
    excess = line_width(columns);
  }
}

bool same_scale(const StageCurve& a, const StageCurve& b) {
  return a.loss == b.loss && a.target == b.target;
}

int decimals_for(double scale) {
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(scale))), 0, 9);
}

}  // namespace

size_t Column::width() const {
  size_t widest = text_width(header);
  for (const std::string& cell : cells) widest = std::max(widest, text_width(cell));
  return widest;
}

size_t text_width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string text_table(std::vector<Column> columns, size_t width, CutHeaders* cut_headers) {
  std::vector<std::string> headers;
  for (const Column& column : columns) headers.push_back(column.header);
  fit(columns, width);
  std::set<std::string> taken;
  for (size_t c = 0; c < columns.size(); ++c) {
    const std::string full = headers[c];
    if (columns[c].header == full) {
      taken.insert(full);
      continue;
    }
    columns[c].header = cut_header(full, text_width(columns[c].header), taken);
    taken.insert(columns[c].header);
    if (cut_headers != nullptr) cut_headers->emplace_back(columns[c].header, full);
  }
  std::vector<size_t> widths;
  for (const Column& column : columns) widths.push_back(column.width());
  const size_t rows = columns.empty() ? 0 : columns[0].cells.size();
  std::string text;
  for (size_t line = 0; line <= rows; ++line) {
    std::string out;
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::string& cell = line == 0 ? columns[c].header : columns[c].cells[line - 1];
      const std::string blanks(widths[c] - text_width(cell), ' ');
      out += (c == 0 ? "" : "  ") + (columns[c].right ? blanks + cell : cell + blanks);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + '\n';
  }
  return text;
}

std::string sparkline(const std::vector<StageCurve>& curves) {
  static const std::array<const char*, 8> heights = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  for (size_t begin = 0; begin < curves.size();) {
    size_t end = begin;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (; end < curves.size() && same_scale(curves[begin], curves[end]); ++end)
      for (const double loss : curves[end].losses)
        if (std::isfinite(loss)) low = std::min(low, loss), high = std::max(high, loss);
    for (; begin < end; ++begin) {
      if (!line.empty()) line += "|";
      const auto& losses = curves[begin].losses;
      const size_t drawn = std::min<size_t>(losses.size(), 20);
      for (size_t i = 0; i < drawn; ++i) {
        const double loss = losses[drawn < 2 ? 0 : i * (losses.size() - 1) / (drawn - 1)];
        const double unit = high > low ? (loss - low) / (high - low) : 0;
        line += std::isfinite(loss) ? heights[static_cast<size_t>(std::lround(7 * unit))] : "?";
      }
    }
  }
  return line;
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

std::string summary_text(const Summary& s) {
  if (s.n == 0) return "-";
  if (s.n == 1) return figure_text(s.mean, NAN);
  return fmt::format("{} ± {} [{}, {}]", figure_text(s.mean, s.sd), figure_text(s.sd, s.sd),
                     figure_text(s.ci_low, s.sd), figure_text(s.ci_high, s.sd));
}

std::string p_text(double p) {
  if (std::isnan(p)) return "-";
  return p < 0.0001 ? "< 0.0001" : fmt::format("{:.{}f}", p, p < 0.01 ? 4 : 3);
}

}  // namespace strata
