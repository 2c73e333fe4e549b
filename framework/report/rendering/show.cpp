#include "strata/report/rendering/show.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "strata/record/record.hpp"
#include "strata/report/reading/json_access.hpp"
#include "strata/report/reading/stage_settings.hpp"
#include "strata/report/rendering/show_settings.hpp"
#include "strata/report/rendering/table.hpp"
#include "strata/report/settings/varying_settings.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/print.hpp"
#include "strata/support/shell.hpp"

namespace strata {
namespace {

std::string grouped(int64_t value) {
  std::string text = std::to_string(value);
  for (auto i = static_cast<int64_t>(text.size()) - 3; i > 0; i -= 3)
    text.insert(static_cast<size_t>(i), ",");
  return text;
}

/// The whole number of JSON, 0 where it is none or absurdly large.
int64_t integer(const Json& value) {
  const double number = json_number(value);
  return std::abs(number) < 1e15 ? static_cast<int64_t>(number) : 0;
}

std::string shape_text(const Json& shape) {
  std::vector<std::string> sizes;
  for (const Json& size : shape) sizes.push_back(json_text(size));
  return fmt::format("{}", fmt::join(sizes, "x"));
}

std::string indented(const std::string& text, size_t width) {
  return "  " + wrapped(text, width - 2, "    ");
}

size_t line_width(const std::vector<Column>& columns) {
  size_t total = 0;
  for (const Column& column : columns) total += column.width() + 2;
  return total - std::min<size_t>(total, 2);
}

std::string heading(const Json& record, size_t width) {
  std::string text = wrapped(fmt::format("{}  {}  {}", json_text(record["name"]),
                                         json_text(record["run_id"]), json_text(record["status"])),
                             width, "  ");
  const std::string error = json_text(json_at(record, {"error"}));
  if (!error.empty()) text += indented(error, width);
  const std::string changed = json_text(json_at(record, {changed_key}));
  if (!changed.empty())
    text += indented("changed by hand since strata wrote it: " + changed, width);
  std::vector<std::string> tags;
  for (const Json& tag : json_at(record, {"tags"})) tags.push_back(json_text(tag));
  if (!tags.empty()) text += indented(fmt::format("tags: {}", fmt::join(tags, ", ")), width);
  const std::string note = json_text(json_at(record, {"note"}));
  if (!note.empty()) text += indented("note: " + note, width);
  const Json& timing = json_at(record, {"timing"});
  std::vector<std::string> facts = {fmt::format("seed {}", json_text(record["seed"]))};
  const auto add = [&](const char* before, const Json& value) {
    if (!value.is_null()) facts.push_back(before + json_text(value));
  };
  add("", json_at(record, {"config", "dtype"}));
  add("on ", json_at(record, {"provenance", "device"}));
  add("started ", json_at(timing, {"start"}));
  if (json_at(timing, {"seconds"}).is_number())
    facts.push_back(fmt::format("{:.1f} s", json_number(json_at(timing, {"seconds"}))));
  if (json_at(record, {"peak_memory_bytes"}).is_number())
    facts.push_back(fmt::format("{:.0f} MiB at most",
                                json_number(json_at(record, {"peak_memory_bytes"})) / 1048576));
  return text + indented(fmt::format("{}", fmt::join(facts, ", ")), width);
}

std::string data_text(const Json& record, size_t width) {
  const Json& data = json_at(record, {"data"});
  if (!data.is_object()) return {};
  std::vector<std::string> splits;
  for (const auto& split : json_at(data, {"splits"}).items())
    splits.push_back(
        fmt::format("{} {}", split.key(), grouped(integer(json_at(split.value(), {"count"})))));
  const std::string text = fmt::format(
      "Data   {} {}, {} classes; {}; pixels {:.4f} on average, variance {:.4f}",
      json_text(json_at(data, {"dataset"})), shape_text(json_at(data, {"sample_shape"})),
      json_text(json_at(data, {"classes"})), fmt::join(splits, ", "),
      json_number(json_at(data, {"pixels", "mean"})),
      json_number(json_at(data, {"pixels", "variance"})));
  return '\n' + wrapped(text, width, "       ");
}

std::string model_text(const Json& record, size_t width) {
  const Json& model = json_at(record, {"model"});
  if (!model.is_object()) return {};
  std::string text =
      fmt::format("Model  {} parameters\n", grouped(integer(json_at(model, {"parameters"}))));
  for (const Json& block : json_at(model, {"blocks"})) {
    std::string chain;
    for (const Json& layer : json_at(block, {"layers"})) {
      if (chain.empty()) chain = shape_text(json_at(layer, {"input_shape"}));
      chain += fmt::format(" -{}{}-> {}", json_text(json_at(layer, {"type"})),
                           json_at(layer, {"tied_to"}).is_null() ? "" : ", tied",
                           shape_text(json_at(layer, {"output_shape"})));
    }
    text += "  " + wrapped(fmt::format("{:<11} {}", json_text(json_at(block, {"name"})), chain),
                           width - 2, std::string(14, ' '));
  }
  return text;
}

std::string number_text(const Json& value) {
  return value.is_number() ? figure_text(json_number(value), NAN) : "-";
}

/// Names of a stage's figures, those of its objective first.
std::vector<std::string> figures_of(const Json& epoch) {
  std::vector<std::string> names;
  const auto add = [&](const Json& figures) {
    for (const auto& figure : figures.items())
      if (figure.value().is_number() &&
          std::find(names.begin(), names.end(), figure.key()) == names.end())
        names.push_back(figure.key());
  };
  // The loss goes by the name of its figure where that is measured.
  for (const auto& figure : json_at(epoch, {"metrics", "train"}).items())
    if (figure.value() == json_at(epoch, {"loss"})) names.push_back(figure.key());
  if (names.empty() || json_at(epoch, {"terms"}).size() > 1) add(json_at(epoch, {"terms"}));
  for (const auto& split : json_at(epoch, {"metrics"}).items()) add(split.value());
  return names;
}

/// One figure in training, at the first and the last epoch, beside the last of the test split.
std::vector<std::string> figure_cells(const Json& stage, const std::string& name) {
  const Json &first = stage["epochs"].front(), &last = stage["epochs"].back();
  const char* key = name.c_str();
  const auto trained = [&](const Json& epoch) -> const Json& {
    const Json& term = json_at(epoch, {"terms", key});
    return term.is_number() ? term : json_at(epoch, {"metrics", "train", key});
  };
  return {name, number_text(trained(first)), number_text(trained(last)),
          number_text(json_at(last, {"metrics", "test", key}))};
}

/// A line for each stage with its loss, and below it one for each of its figures.
std::string stages_text(const Json& record, size_t width) {
  Table table({{"stage", {}, false},
               {"epochs", {}, true},
               {"figure", {}, false},
               {"first", {}, true},
               {"last", {}, true},
               {"test", {}, true}});
  const auto curves = compared_run("", record).curves;
  if (curves.empty()) return "";
  std::vector<size_t> lines;  // of the stages in the table; between them are their figures
  for (size_t i = 0; i < curves.size(); ++i) {
    const Json &stage = record["stages"][i], &epochs = json_at(stage, {"epochs"});
    const auto planned = static_cast<size_t>(integer(json_at(stage, {"settings", "epochs"})));
    const auto names = epochs.empty() ? std::vector<std::string>() : figures_of(epochs.back());
    const bool sum = json_at(epochs.empty() ? Json() : epochs.back(), {"terms"}).size() > 1;
    std::vector<std::string> cells = {"loss", "-", "-", "-"};
    if (sum || names.empty())
      for (const size_t at : {1, 2})
        cells[at] = epochs.empty()
                        ? "-"
                        : number_text(json_at(at == 1 ? epochs.front() : epochs.back(), {"loss"}));
    else
      cells = figure_cells(stage, names[0]);
    lines.push_back(table.rows());
    table.add({curves[i].stage,
               epochs.size() == planned ? std::to_string(planned)
                                        : fmt::format("{} of {}", epochs.size(), planned),
               cells[0], cells[1], cells[2], cells[3]});
    for (size_t n = sum ? 0 : 1; n < names.size(); ++n) {
      cells = figure_cells(stage, names[n]);
      table.add({"", "", cells[0], cells[1], cells[2], cells[3]});
    }
  }
  constexpr size_t least = 8, most = 20;  // points of a curve, as far as there is room
  const size_t room = width - std::min(width, line_width(table.columns) + 2);
  const auto drawn = sparklines(curves, std::clamp(room, least, most));
  table.columns.push_back({"curve", std::vector<std::string>(table.rows()), false});
  for (size_t i = 0; i < drawn.size(); ++i) table.columns.back().cells[lines[i]] = drawn[i];
  return '\n' + text_table(table.columns, width) +
         wrapped(fmt::format("first, last: in training; curve: {}", sparkline_legend), width, "  ");
}

std::string figures_text(const Json& record, size_t width) {
  std::string text;
  for (const auto& split : json_at(record, {"metrics"}).items()) {
    std::vector<std::string> figures;
    for (const auto& metric : split.value().items())
      if (metric.value().is_number())
        figures.push_back(
            fmt::format("{} {}", metric.key(), figure_text(json_number(metric.value()), NAN)));
    if (!figures.empty())
      text += '\n' +
              wrapped(fmt::format("On {}: {}", split.key(), fmt::join(figures, ", ")), width, "  ");
  }
  return text;
}

std::string class_name(const Json& record, size_t c) {
  const Json& names = json_at(record, {"data", "class_names"});
  return c < names.size() ? json_text(names[c]) : std::to_string(c);
}

/// Of each class, a row: how often it was taken for which.
std::vector<Column> confusion_columns(const Json& matrix, size_t classes) {
  std::vector<Column> columns;
  if (matrix.size() != classes) return columns;
  for (size_t predicted = 0; predicted < classes; ++predicted) {
    columns.push_back({(predicted == 0 ? "as " : "") + std::to_string(predicted), {}, true});
    for (const Json& row : matrix) columns.back().cells.push_back(json_text(row[predicted]));
  }
  return columns;
}

/// By class of the test split: what was recorded by class, and the confusion matrix, beside it or
/// below.
std::string classes_text(const Json& record, size_t width) {
  const Json& test = json_at(record, {"metrics", "test"});
  const auto classes = static_cast<size_t>(integer(json_at(record, {"data", "classes"})));
  if (classes == 0) return {};
  std::vector<Column> columns = {{"class", {}, false}}, matrix;
  for (size_t c = 0; c < classes; ++c) columns[0].cells.push_back(class_name(record, c));
  std::vector<Json> told;
  for (const auto& figure : test.items()) {
    const Json& values = figure.value();
    const bool table = values.is_array() && values.size() == classes && values[0].is_array();
    if (table) matrix = confusion_columns(values, classes);
    if (table || !values.is_array() || values.size() != classes) continue;
    if (std::find(told.begin(), told.end(), values) != told.end()) continue;  // by another name
    told.push_back(values);
    const std::string head = "per_class_";
    const bool has_head = figure.key().rfind(head, 0) == 0;
    columns.push_back({has_head ? figure.key().substr(head.size()) : figure.key(), {}, true});
    for (const Json& value : values)
      columns.back().cells.push_back(value.is_number() ? fmt::format("{:.4f}", json_number(value))
                                                       : "-");
  }
  std::vector<Column> both = columns;
  both.insert(both.end(), matrix.begin(), matrix.end());
  if (both.size() < 2) return {};
  if (line_width(both) <= width) return '\n' + text_tables(both, 1, width);
  std::string text = columns.size() > 1 ? '\n' + text_tables(columns, 1, width) : "";
  Column numbers{"class", {}, true};  // where the names leave no room
  for (size_t c = 0; c < classes; ++c) numbers.cells.push_back(std::to_string(c));
  for (const Column& first : {columns[0], numbers}) {
    matrix.insert(matrix.begin(), first);
    if (line_width(matrix) <= width) return text + '\n' + text_table(matrix, width);
    matrix.erase(matrix.begin());
  }
  return text + '\n' +
         wrapped(fmt::format("The confusion matrix is {} columns wide: widen the terminal, or see "
                             "it with strata report.",
                             numbers.width() + 2 + line_width(matrix)),
                 width);
}

/// A command line, broken as a shell takes it.
std::string command_text(const Json& words, size_t width) {
  std::string text, line;
  for (const Json& item : words) {
    const std::string word = shell_word(json_text(item));
    if (!line.empty() && display_width(line) + display_width(word) + 3 > width) {
      text += line + " \\\n";
      line = "    " + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return line.empty() ? "" : text + line + '\n';
}

std::string provenance_text(const Json& record, size_t width) {
  const Json& p = json_at(record, {"provenance"});
  if (!p.is_object()) return {};
  const auto fact = [&](std::initializer_list<const char*> keys) {
    return json_text(json_at(p, keys));
  };
  std::string text =
      '\n' + wrapped(fmt::format("strata {} ({}), {}, LibTorch {}, {} with {} threads, {}",
                                 fact({"strata", "version"}), fact({"strata", "commit"}),
                                 fact({"build_type"}), fact({"libtorch"}), fact({"blas", "name"}),
                                 fact({"threads"}), fact({"cpu"})),
                     width, "  ");
  const std::string gpu = fact({"gpu"});
  if (!gpu.empty()) text += fmt::format("{}, CUDA {}\n", gpu, fact({"cuda"}));
  return text + command_text(json_at(p, {"command_line"}), width);
}

}  // namespace

std::string show_run(const Json& record, size_t width) try {
  return printable(heading(record, width) + settings_text(record, width) +
                   data_text(record, width) + model_text(record, width) +
                   stages_text(record, width) + figures_text(record, width) +
                   classes_text(record, width) + provenance_text(record, width));
} catch (const Json::exception&) {
  throw UserError("the run cannot be shown: its record's values are of other kinds");
}

namespace {

/// The runs' order: by name, settings, and seed.
std::vector<size_t> listed_order(const std::vector<ComparedRun>& runs,
                                 const std::vector<std::string>& settings) {
  std::vector<size_t> order(runs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    if (runs[a].name != runs[b].name) return runs[a].name < runs[b].name;
    if (settings[a] != settings[b]) return natural_less(settings[a], settings[b]);
    return runs[a].seed < runs[b].seed;
  });
  return order;
}

}  // namespace

std::string list_runs(std::vector<ComparedRun> runs, size_t width) {
  settle(runs);
  Table table({{"run", {}, false},
               {"status", {}, false},
               {"seed", {}, true},
               {"figure", {}, false},
               {"tags", {}, false},
               {"settings", {}, false}});
  const std::vector<std::string> settings = varying_texts(runs);
  const auto is_empty = [](const std::string& text) { return text.empty(); };
  for (const size_t i : listed_order(runs, settings)) {
    const ComparedRun& run = runs[i];
    const auto figures = final_figures(run.figures);
    const std::string figure =
        figures.empty()
            ? run.reached
            : fmt::format("{} {}", figures[0], figure_text(run.figures.at(figures[0]).value, NAN));
    table.add({run.name + '/' + run.run_id, run.status, std::to_string(run.seed),
               figure.empty() ? "-" : figure, fmt::format("{}", fmt::join(run.tags, " ")),
               settings[i]});
  }
  table.columns.erase(std::remove_if(table.columns.begin() + 4, table.columns.end(),
                                     [&](const Column& column) {
                                       return std::all_of(column.cells.begin(), column.cells.end(),
                                                          is_empty);
                                     }),
                      table.columns.end());
  return printable(text_table(table.columns, width));
}

}  // namespace strata
