#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "strata/config/scalar.hpp"
#include "strata/config/schema.hpp"
#include "strata/config/text.hpp"

namespace strata {
namespace {

std::string default_text(const Field& field) {
  if (field.required) return "required";
  if (field.default_value.is_null()) return "none";
  if (field.default_value.is_string()) {
    const auto text = field.default_value.get<std::string>();
    return text.empty() ? "\"\"" : text;
  }
  if (field.default_value.is_number_float()) return number_text(field.default_value.get<double>());
  return field.default_value.dump();
}

std::string example_text(const ComponentInfo& info) {
  return info.params.example.empty() ? info.name : info.params.example;
}

/// Name, type, default, bounds, meaning.
using Row = std::array<std::string, 5>;

std::vector<Row> rows_of(const ParamList& list) {
  std::vector<Row> rows;
  for (const Field& field : list.fields)
    rows.push_back(
        {field.name, field.type, default_text(field), field.constraints.text(), field.doc});
  return rows;
}

std::string table(const std::vector<Row>& rows) {
  std::array<size_t, 5> widths{};
  for (const Row& row : rows)
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) line += fmt::format(" {:{}}", row[i], widths[i] + 1);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

/// Broken at blanks to lines of at most 100 characters, indented by two.
std::string wrapped(const std::string& text) {
  constexpr size_t most = 98;
  std::string lines, line;
  for (size_t i = 0; i < text.size();) {
    const size_t end = std::min(text.find(' ', i), text.size());
    const std::string word = text.substr(i, end - i);
    if (!line.empty() && line.size() + 1 + word.size() > most) {
      lines += "  " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    i = end + 1;
  }
  return line.empty() ? lines : lines + "  " + line + "\n";
}

/// A '|' would end a cell.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string component_markdown(const ComponentInfo& info) {
  std::string text = fmt::format("\n### {}\n\n{}\n", info.name, info.params.doc);
  const std::vector<Row> rows = rows_of(info.params);
  if (!rows.empty()) {
    text += "\n| parameter | type | default | bounds | meaning |\n|---|---|---|---|---|\n";
    for (const Row& row : rows)
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row[0], cell(row[1]), cell(row[2]),
                          cell(row[3]), cell(row[4]));
  }
  return text + fmt::format("\n```yaml\n{}\n```\n", example_text(info));
}

}  // namespace

std::string describe_component(const ComponentInfo& info) {
  std::string text = fmt::format("{}/{}\n", info.family, info.name);
  if (!info.library.empty()) text += fmt::format("  from {}\n", info.library);
  text += wrapped(info.params.doc);
  std::vector<Row> rows = rows_of(info.params);
  if (rows.empty()) {
    text += "\nno parameters\n";
  } else {
    rows.insert(rows.begin(), Row{"parameter", "type", "default", "bounds", "meaning"});
    text += "\n" + table(rows);
  }
  return text + "\nexample\n  " + example_text(info) + "\n";
}

std::string components_markdown(const Catalog& catalog) {
  std::string text =
      "# Components\n\nEvery component that strata has, by family, with its parameters. A "
      "component "
      "is written\nas its name, or as a map with its `type` and parameters. This page is made by\n"
      "`strata components` from the components' own declarations.\n";
  for (const std::string& family : catalog.families()) {
    text += fmt::format("\n## {}\n", family);
    for (const std::string& name : catalog.names(family))
      text += component_markdown(*catalog.find(family, name));
  }
  return text;
}

}  // namespace strata
