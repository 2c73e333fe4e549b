// docs/components.md.
#include <fmt/format.h>

#include "strata/parameters/describe.hpp"

namespace strata {
namespace {

/// A '|' would end a cell.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string parameters_table(const char* heading, const std::vector<const Field*>& fields) {
  if (fields.empty()) return {};
  std::string text =
      fmt::format("\n| {} | type | default | bounds | meaning |\n|---|---|---|---|---|\n", heading);
  for (const Field* field : fields)
    text +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", field->name, cell(field->type.name()),
                    cell(field->default_text()), cell(field->constraints.text()), cell(field->doc));
  return text;
}

std::string yaml_block(const std::string& example) {
  return example.empty() ? "" : fmt::format("\n```yaml\n{}\n```\n", example);
}

}  // namespace

std::string components_markdown(const ParamList& root, const Catalog& catalog) {
  std::string text =
      "# Keys and components\n\nThe keys of an experiment file, then every component that strata "
      "has, by family, with its\nparameters. A component is written as its name, or as a map with "
      "its `type` and parameters.\nThis page is made by `strata components` from the declarations "
      "themselves; `strata describe NAME`\nprints a part of it.\n\n## The experiment file\n";
  for (const Section& section : sections_of(root))
    text += fmt::format("\n### {}\n\n{}\n", section.path, section.keys->doc) +
            parameters_table("key", section.keys->keys()) + yaml_block(example_text(section));
  for (const std::string& family : catalog.families()) {
    text += fmt::format("\n## {}\n", family);
    for (const std::string& name : catalog.names(family)) {
      const ComponentInfo& info = *catalog.find(family, name);
      text += fmt::format("\n### {}\n\n{}\n", info.name, info.params.doc) +
              parameters_table("parameter", info.params.keys()) + yaml_block(example_text(info));
    }
  }
  return text;
}

}  // namespace strata
