#include "strata/report/rendering/difference_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "strata/report/reading/json_access.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::string lines_text(const char* head, const std::vector<RunDifference::Line>& lines,
                       const char* none, size_t width) {
  if (lines.empty()) return std::string("\n") + none + "\n";
  Table table({{head, {}, false}, {"A", {}, false}, {"B", {}, false}});
  for (const auto& line : lines) table.add({line.key, or_dash(line.first), or_dash(line.second)});
  return '\n' + text_table(table.columns, width);
}

std::string signed_text(double difference, double scale) {
  if (std::isnan(difference)) return "-";
  if (difference == 0) return "0";
  return (difference > 0 ? "+" : "") + end_text(difference, scale);
}

/// To one digit more than a figure is shown with.
std::string difference_of(const RunDifference::Figure& figure) {
  if (!figure.comparable) return "not comparable";
  const double difference = figure.second - figure.first;
  return signed_text(difference, std::abs(difference) / 10);
}

}  // namespace

std::string difference_text(const ComparedRun& first, const ComparedRun& second, size_t width) {
  const RunDifference difference = run_difference(first, second);
  std::string text;
  const auto head = [&](const char* side, const ComparedRun& run) {
    text += wrapped(fmt::format("{}  {}  {}{}{}", side, run.path.parent_path().string(), run.status,
                                run.start.empty() ? "" : "  " + run.start,
                                run.changed.empty() ? "" : "  (changed by hand)"),
                    width, "   ");
  };
  head("A", first);
  head("B", second);
  text += lines_text("setting", difference.settings, "The settings are the same.", width);
  text += lines_text("data, program, machine", difference.conditions,
                     "Data, program and machine are the same.", width);
  Table figures({{"figure", {}, false}, {"A", {}, true}, {"B", {}, true}, {"B - A", {}, true}});
  for (const RunDifference::Figure& figure : difference.figures)
    figures.add({figure.name, figure_text(figure.first, NAN), figure_text(figure.second, NAN),
                 difference_of(figure)});
  if (figures.rows() > 0) text += '\n' + text_table(figures.columns, width);
  if (difference.same_result)
    text += "\nLosses and figures are equal, bit for bit, but for time and memory.\n";
  else if (difference.settings.empty() && difference.conditions.empty())
    text += "\nNothing that the records state explains the difference.\n";
  return printable(text);
}

Json difference_json(const ComparedRun& first, const ComparedRun& second) {
  const RunDifference difference = run_difference(first, second);
  const auto value = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  const auto lines = [&](const std::vector<RunDifference::Line>& all) {
    Json made = Json::object();
    for (const auto& line : all) made[line.key] = {value(line.first), value(line.second)};
    return made;
  };
  Json runs = Json::array(), figures = Json::object();
  for (const ComparedRun* run : {&first, &second})
    runs.push_back({{"path", run->path.string()},
                    {"name", run->name},
                    {"run_id", run->run_id},
                    {"status", run->status}});
  for (const RunDifference::Figure& figure : difference.figures)
    figures[figure.name] = {
        {"values", {known(figure.first), known(figure.second)}},
        {"difference", figure.comparable ? known(figure.second - figure.first) : Json()}};
  return {{"runs", runs},
          {"settings", lines(difference.settings)},
          {"conditions", lines(difference.conditions)},
          {"figures", figures},
          {"same_result", difference.same_result}};
}

}  // namespace strata
