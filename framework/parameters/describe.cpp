#include "strata/parameters/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

std::string example_text(const ComponentInfo& info) {
  return info.params.example.empty() ? info.name : info.params.example;
}

/// As it stands in a file: "stages: [{epochs: 20}]"; of the file itself, a whole one.
std::string example_text(const Section& section) {
  const std::string& example = section.keys->example;
  if (example.empty() || section.keys->root) return example;
  const std::string key = section.path.substr(section.path.rfind('.') + 1);
  return fmt::format(fmt::runtime(section.list ? "{}: [{}]" : "{}: {}"), key, example);
}

/// Name, type, default, bounds, meaning.
using Row = std::array<std::string, 5>;

std::vector<Row> rows_of(const ParamList& list) {
  std::vector<Row> rows;
  for (const Field* field : list.keys())
    rows.push_back({field->name, field->type.name(), field->default_text(),
                    field->constraints.text(), field->doc});
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

std::string parameters_markdown(const char* heading, const ParamList& list) {
  const std::vector<Row> rows = rows_of(list);
  if (rows.empty()) return {};
  std::string text =
      fmt::format("\n| {} | type | default | bounds | meaning |\n|---|---|---|---|---|\n", heading);
  for (const Row& row : rows)
    text += fmt::format("| `{}` | {} | {} | {} | {} |\n", row[0], cell(row[1]), cell(row[2]),
                        cell(row[3]), cell(row[4]));
  return text;
}

std::string yaml_block(const std::string& example) {
  return example.empty() ? "" : fmt::format("\n```yaml\n{}\n```\n", example);
}

/// The rows below their headings.
std::string headed(const char* heading, std::vector<Row> rows) {
  rows.insert(rows.begin(), Row{heading, "type", "default", "bounds", "meaning"});
  return "\n" + table(rows);
}

std::string indented(std::string text) {
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at)
    text.insert(at + 1, "  ");
  return text.empty() ? "" : "\nexample\n  " + text + "\n";
}

/// The first sentence: to the first '.' before a capital ("et al. 2008" goes on).
std::string summary(const std::string& doc) {
  for (size_t end = 0; (end = doc.find(". ", end)) != std::string::npos; ++end)
    if (std::isupper(static_cast<unsigned char>(doc[end + 2])) != 0) return doc.substr(0, end + 1);
  return doc;
}

void add_sections(const ParamList& list, const std::string& prefix, std::vector<Section>& all) {
  for (const Field* field : list.keys()) {
    const ParamList* keys = field->keys();
    if (keys == nullptr) continue;
    const std::string path = prefix + field->name;
    all.push_back({path, keys, field->type.kind == ParamType::Kind::list});
    add_sections(*keys, path + ".", all);
  }
}

}  // namespace

std::vector<Section> sections_of(const ParamList& root) {
  std::vector<Section> all{{"experiment", &root, false}};
  add_sections(root, "", all);
  return all;
}

std::string describe_section(const Section& section) {
  return fmt::format("{}\n", section.path) + wrapped(section.keys->doc) +
         headed("key", rows_of(*section.keys)) + indented(example_text(section));
}

std::string describe_component(const ComponentInfo& info) {
  std::string text = fmt::format("{}/{}\n", info.family, info.name);
  if (!info.library.empty()) text += fmt::format("  from {}\n", info.library);
  text += wrapped(info.params.doc);
  const std::vector<Row> rows = rows_of(info.params);
  text += rows.empty() ? "\nno parameters\n" : headed("parameter", rows);
  return text + indented(example_text(info));
}

std::string list_components(const Catalog& catalog, const std::string& family) {
  std::string text = family + "\n";
  for (const std::string& name : catalog.names(family)) {
    const ComponentInfo& info = *catalog.find(family, name);
    text += fmt::format("  {:<22} {}{}\n", name, summary(info.params.doc),
                        info.library.empty() ? "" : " [" + info.library + "]");
  }
  return text;
}

namespace {

/// A key of the file, with the section that it is of.
struct Key {
  const Section* section;
  const Field* field;
  std::string path() const {
    return section->keys->root ? field->name : section->path + "." + field->name;
  }
};

/// Finds what a name stands for.
class Finder {
 public:
  Finder(const ParamList& root, const Catalog& catalog)
      : catalog_(catalog), sections_(sections_of(root)) {
    for (const Section& section : sections_)
      for (const Field* field : section.keys->keys()) keys_.push_back({&section, field});
  }

  std::string text(const std::string& name) const {
    const size_t slash = name.find('/');
    if (slash != std::string::npos)
      return describe_component(component(name.substr(0, slash), name.substr(slash + 1)));
    for (const Section& section : sections_)
      if (section.path == name) return describe_section(section);
    const std::vector<std::string> families = families_of(name);
    if (families.size() == 1) return describe_component(*catalog_.find(families[0], name));
    if (!families.empty()) refuse_ambiguous(name, families);
    if (!catalog_.names(name).empty()) return list_components(catalog_, name);
    const std::string keys = keys_text(name);
    if (!keys.empty()) return keys;
    if (name == "env" || name.rfind("${", 0) == 0) return references_text();
    for (const Section& section : sections_)  // "log", "lin(": a form that its doc explains
      if (section.keys->doc.find(" " + name.substr(0, name.find('(')) + "(") != std::string::npos)
        return describe_section(section);
    refuse_unknown(name);
  }

 private:
  const ComponentInfo& component(const std::string& family, const std::string& name) const {
    if (catalog_.names(family).empty())
      throw UserError(fmt::format("unknown family {}{}", quote(family),
                                  suggestion(family, catalog_.families())));
    const ComponentInfo* info = catalog_.find(family, name);
    if (info == nullptr)
      throw UserError(fmt::format("unknown {} {}{}", family, quote(name),
                                  suggestion(name, catalog_.names(family))));
    return *info;
  }

  std::vector<std::string> families_of(const std::string& name) const {
    std::vector<std::string> found;
    for (const std::string& family : catalog_.families())
      if (catalog_.find(family, name) != nullptr) found.push_back(family);
    return found;
  }

  /// The keys of this path, or, where there is none, of this name, and last what a map of that
  /// name holds.
  std::string keys_text(const std::string& name) const {
    std::string by_path, by_name;
    const Field* map = nullptr;
    for (const Key& key : keys_) {
      if (key.path() != name && key.field->name != name) continue;
      ParamList one;
      one.fields = {*key.field};
      const std::string text = fmt::format("{}\n{}", key.path(), headed("key", rows_of(one)));
      if (key.path() == name) by_path += text;
      by_name += (by_name.empty() ? "" : "\n") + text;
      if (key.field->keys() != nullptr) map = key.field;
    }
    if (!by_path.empty()) return by_path;
    return map == nullptr
               ? by_name
               : by_name + "\n" +
                     describe_section({name, map->keys(), map->type.kind == ParamType::Kind::list});
  }

  static std::string references_text() {
    return "${key.path}, ${env:NAME}\n" +
           wrapped(
               "What is written at another key, or an environment variable. A value that is "
               "nothing "
               "but one reference takes it with its type; inside a longer text its text is put in. "
               "What nobody wrote, a default, cannot be referred to. $${ stands for ${.") +
           indented("classify: {optimizer: {lr: \"${pretrain.optimizer.lr}\"}}");
  }

  [[noreturn]] static void refuse_ambiguous(const std::string& name,
                                            const std::vector<std::string>& families) {
    std::vector<std::string> written;
    for (const std::string& family : families) written.push_back(family + "/" + name);
    throw UserError(fmt::format("several components are called {}: write {}", quote(name),
                                fmt::join(written, " or ")));
  }

  [[noreturn]] void refuse_unknown(const std::string& name) const {
    std::vector<std::string> known, taking;
    for (const Section& section : sections_) known.push_back(section.path);
    for (const Key& key : keys_) known.insert(known.end(), {key.path(), key.field->name});
    for (const std::string& family : catalog_.families()) {
      known.push_back(family);
      for (const std::string& component : catalog_.names(family)) {
        known.push_back(component);
        if (catalog_.find(family, component)->params.find(name) != nullptr)
          taking.push_back(family + "/" + component);
      }
    }
    if (!taking.empty())
      throw UserError(fmt::format("{} is a parameter of {}", quote(name), fmt::join(taking, ", ")));
    std::string guess = nearest(name, known);
    if (const auto families = families_of(guess); families.size() == 1)
      guess = families[0] + "/" + guess;
    throw UserError(
        fmt::format("nothing is called {}{} `strata list` names the components, `strata describe "
                    "experiment` the keys of a file",
                    quote(name), guess.empty() ? ";" : "; did you mean " + quote(guess) + "?"));
  }

  const Catalog& catalog_;
  std::vector<Section> sections_;
  std::vector<Key> keys_;
};

}  // namespace

std::string describe(const std::string& name, const ParamList& root, const Catalog& catalog) {
  return Finder(root, catalog).text(name);
}

std::string components_markdown(const ParamList& root, const Catalog& catalog) {
  std::string text =
      "# Keys and components\n\nThe keys of an experiment file, then every component that strata "
      "has, by family, with its\nparameters. A component is written as its name, or as a map with "
      "its `type` and parameters.\nThis page is made by `strata components` from the declarations "
      "themselves; `strata describe NAME`\nprints a part of it.\n\n## The experiment file\n";
  for (const Section& section : sections_of(root))
    text += fmt::format("\n### {}\n\n{}\n", section.path, section.keys->doc) +
            parameters_markdown("key", *section.keys) + yaml_block(example_text(section));
  for (const std::string& family : catalog.families()) {
    text += fmt::format("\n## {}\n", family);
    for (const std::string& name : catalog.names(family)) {
      const ComponentInfo& info = *catalog.find(family, name);
      text += fmt::format("\n### {}\n\n{}\n", info.name, info.params.doc) +
              parameters_markdown("parameter", info.params) + yaml_block(example_text(info));
    }
  }
  return text;
}

}  // namespace strata
