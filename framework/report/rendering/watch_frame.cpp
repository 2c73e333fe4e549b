#include "strata/report/rendering/watch_frame.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "strata/report/comparing/comparison.hpp"
#include "strata/report/rendering/chart.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

/// As much of a text as there is room for.
std::string cut(const std::string& text, size_t width) {
  if (display_width(text) <= width) return text;
  std::string kept;
  size_t used = 0;
  for (size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    if (used + character.columns + 1 > width) break;
    kept += text.substr(i, character.bytes);
    used += character.columns;
    i += character.bytes;
  }
  return kept + "…";
}

/// A foreign text, in one line.
std::string plain(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  return printable(text);
}

std::string counts_text(const std::vector<WatchedRun>& runs) {
  std::vector<std::string> parts;
  for (const char* status : run_statuses) {
    const auto count = std::count_if(runs.begin(), runs.end(),
                                     [&](const auto& run) { return run.run.status == status; });
    if (count > 0) parts.push_back(fmt::format("{} {}", count, status));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string duration(double seconds) {
  const auto s = static_cast<int64_t>(std::lround(seconds));
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{}:{:02} min", s / 60, s % 60);
  return fmt::format("{}:{:02} h", s / 3600, s % 3600 / 60);
}

std::string left_text(const WatchedRun& run) {
  if (run.run.status != "running") return "";
  if (std::isfinite(run.seconds_left)) return duration(run.seconds_left);
  if (std::isfinite(run.stage_seconds_left)) return "> " + duration(run.stage_seconds_left);
  return "?";
}

std::string figures_text(const WatchedRun& run) {
  if (run.run.status == "completed")
    if (const auto finals = final_figures(run.run.figures); !finals.empty())
      return fmt::format("{} {}", finals[0], figure_text(run.run.figures.at(finals[0]).value, NAN));
  std::vector<std::string> parts;
  for (const auto& [name, value] : run.last)
    parts.push_back(fmt::format("{} {}", name, figure_text(value, NAN)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

Style style_of(const std::string& status) {
  return status == "running"       ? Style::bold
         : status == "completed"   ? Style::green
         : status == "interrupted" ? Style::yellow
                                   : Style::red;
}

/// A line for each of the first runs, under its columns. What has no room goes from the right.
std::vector<std::string> run_lines(const std::vector<WatchedRun>& runs, size_t shown,
                                   const Display& display) {
  Table table({{"run", {}, false},
               {"state", {}, false},
               {"stage", {}, false},
               {"epoch", {}, true},
               {"left", {}, true},
               {"curve", {}, false},
               {"last figures", {}, false}});
  for (size_t i = 0; i < shown; ++i) {
    const WatchedRun& run = runs[i];
    const bool done = run.run.status == "completed";
    table.add({plain(run.run.name + '/' + run.run.run_id), run.run.status,
               done ? "" : plain(run.stage),
               done || run.stage.empty() ? "" : fmt::format("{}/{}", run.epoch, run.epochs),
               left_text(run), sparkline(run.run.curves, 8), plain(figures_text(run))});
  }
  std::vector<std::string> lines;
  for (size_t r = 0; r <= shown; ++r) {
    std::string line;
    size_t used = 0;
    for (size_t c = 0; c < table.columns.size() && used + 3 < display.width; ++c) {
      const Column& column = table.columns[c];
      const std::string cell =
          cut(r == 0 ? column.header : column.cells[r - 1], display.width - used);
      const size_t width = std::min(column.width(), display.width - used);
      const std::string padded = column.right ? pad_left(cell, width) : pad_right(cell, width);
      const bool coloured = r > 0 && column.header == std::string("state");
      line += coloured ? display.style(style_of(runs[r - 1].run.status), padded) : padded;
      used += width + 2;
      if (used < display.width) line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(r == 0 ? display.style(Style::dim, line) : line);
  }
  return lines;
}

/// The loss of a run's last stage, and beside it the first figure of the test split.
std::vector<std::string> chart_lines(const WatchedRun& run, const Display& display, size_t height) {
  if (run.run.curves.empty() || run.run.curves.back().losses.size() < 2 || height < 4) return {};
  const bool two = !run.tested.empty() && display.width >= 60;
  const size_t width = two ? (display.width - 3) / 2 : display.width;
  const std::string before = plain(fmt::format("{} of {}: ", run.stage, run.run.run_id));
  const auto first = line_chart(run.run.curves.back().losses, width, height - 1);
  const auto second =
      two ? line_chart(run.tested_curve, width, height - 1) : std::vector<std::string>();
  const auto titled = [&](const std::string& left, const std::string& right) {
    return second.empty() ? left : pad_right(left, width) + "   " + right;
  };
  std::vector<std::string> lines = {display.style(
      Style::dim, titled(cut(before + "loss", width), cut("test " + plain(run.tested), width)))};
  for (size_t l = 0; l < first.size(); ++l)
    lines.push_back(titled(first[l], second.empty() ? "" : second[l]));
  return lines;
}

}  // namespace

std::vector<std::string> watch_frame(const std::vector<WatchedRun>& runs, const std::string& places,
                                     const Display& display, size_t height) {
  std::vector<std::string> lines = {
      cut(fmt::format("{}: {}", plain(places), runs.empty() ? "no runs yet" : counts_text(runs)),
          display.width)};
  if (runs.empty() || height < 4) return lines;
  lines.emplace_back();
  constexpr size_t most_of_chart = 12, least_of_chart = 5;
  const size_t room = height - lines.size() - 1;  // below the columns' heads
  const size_t wanted = std::min(runs.size(), room);
  size_t chart = room > wanted ? std::min(most_of_chart, room - wanted - 1) : 0;
  if (chart < least_of_chart && room >= least_of_chart + 4) chart = least_of_chart;
  size_t shown = std::min(runs.size(), room - (chart > 0 ? chart + 1 : 0));
  const bool more = shown < runs.size();
  if (more && shown > 0) --shown;
  for (std::string& line : run_lines(runs, shown, display)) lines.push_back(std::move(line));
  if (more) {
    const std::vector<WatchedRun> rest(runs.begin() + static_cast<std::ptrdiff_t>(shown),
                                       runs.end());
    lines.push_back(
        cut(fmt::format("and {} more: {}", rest.size(), counts_text(rest)), display.width));
  }
  const auto drawn = chart_lines(runs[0], display, chart);
  if (!drawn.empty()) lines.emplace_back();
  lines.insert(lines.end(), drawn.begin(), drawn.end());
  return lines;
}

}  // namespace strata
