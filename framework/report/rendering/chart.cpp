#include "strata/report/rendering/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "strata/report/rendering/table.hpp"
#include "strata/support/display.hpp"

namespace strata {
namespace {

/// Dots, two across and four down a character.
class Canvas {
 public:
  Canvas(size_t columns, size_t lines) : columns_(columns), cells_(columns * lines) {}

  void dot(size_t x, size_t y) {
    static constexpr unsigned bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    cells_[y / 4 * columns_ + x / 2] |= bits[y % 4][x % 2];
  }

  std::string line(size_t l) const {
    std::string text;
    for (size_t c = 0; c < columns_; ++c) {
      const unsigned code = 0x2800 + cells_[l * columns_ + c];
      text += static_cast<char>(0xe0 | (code >> 12));
      text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
      text += static_cast<char>(0x80 | (code & 0x3f));
    }
    return text;
  }

 private:
  size_t columns_;
  std::vector<unsigned> cells_;
};

}  // namespace

std::vector<std::string> line_chart(const std::vector<double>& values, size_t width,
                                    size_t height) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values)
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  if (low > high || width < 20 || height < 2) return {};
  const std::string top = figure_text(high, NAN), bottom = figure_text(low, NAN);
  const size_t label = std::max(display_width(top), display_width(bottom));
  const size_t columns = width - std::min(width - 2, label + 1);
  Canvas canvas(columns, height);
  const size_t right = 2 * columns - 1, down = 4 * height - 1;
  const auto x_of = [&](size_t i) {
    return values.size() < 2 ? 0 : i * right / (values.size() - 1);
  };
  const auto y_of = [&](double value) {
    const double unit = high > low ? (high - value) / (high - low) : 1;
    return static_cast<size_t>(std::lround(unit * static_cast<double>(down)));
  };
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const size_t x = x_of(i), y = y_of(values[i]);
    canvas.dot(x, y);
    if (i == 0 || !std::isfinite(values[i - 1])) continue;
    const size_t from_x = x_of(i - 1), from_y = y_of(values[i - 1]);
    const size_t steps = std::max(x - from_x, y > from_y ? y - from_y : from_y - y);
    for (size_t s = 1; s < steps; ++s) {
      const double part = static_cast<double>(s) / static_cast<double>(steps);
      const auto between = [&](size_t a, size_t b) {
        return static_cast<size_t>(std::lround(
            static_cast<double>(a) + part * (static_cast<double>(b) - static_cast<double>(a))));
      };
      canvas.dot(between(from_x, x), between(from_y, y));
    }
  }
  std::vector<std::string> lines;
  for (size_t l = 0; l < height; ++l)
    lines.push_back(pad_left(l == 0            ? top
                             : l + 1 == height ? bottom
                                               : "",
                             label) +
                    ' ' + canvas.line(l));
  return lines;
}

}  // namespace strata
