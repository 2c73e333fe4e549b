#include "strata/parameters/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "strata/parameters/words.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace {

using Fields = std::vector<const Field*>;

/// Lines of at most the display's width, indented by two.
std::string paragraph(const std::string& text, const Display& display) {
  return fmt::format("{}\n", fmt::join(wrap_words("  " + text, display.width, "  "), "\n"));
}

/// A text in a column behind a name, its lines below each other.
std::string beside(const std::string& name, size_t names_width, const std::string& text,
                   const Display& display) {
  const std::string margin(names_width + 4, ' ');
  const std::vector<std::string> lines =
      wrap_words(text, std::max(display.width, margin.size() + 20) - margin.size());
  const std::string blanks(names_width - std::min(names_width, display_width(name)) + 2, ' ');
  return "  " + display.style(Style::bold, name) + blanks +
         fmt::format("{}\n", fmt::join(lines, "\n" + margin));
}

size_t width_of_names(const Fields& fields) {
  size_t width = 0;
  for (const Field* field : fields) width = std::max(width, display_width(field->name));
  return width;
}

/// "integer, at least 1, default 100"
std::string facts_of(const Field& field) {
  std::string facts = field.type.name();
  const std::string bounds = field.constraints.text(), value = field.default_text();
  if (!bounds.empty()) facts += ", " + bounds;
  if (!value.empty()) facts += field.required ? ", required" : ", default " + value;
  return facts;
}

std::string parameters_text(const Fields& fields, const Display& display) {
  const size_t width = width_of_names(fields);
  std::string text = "\n";
  for (const Field* field : fields)
    text += beside(field->name, width, facts_of(*field), display) +
            beside("", width, field->doc, display);
  return text;
}

Fields all_of(const ParamList& list) {
  Fields fields;
  for (const Field& field : list.fields) fields.push_back(&field);
  return fields;
}

std::string title(const std::string& text, const Display& display) {
  return display.style(Style::bold, text) + "\n";
}

std::string example_part(std::string text, const Display& display) {
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; ++at)
    text.insert(at + 1, "  ");
  return text.empty() ? "" : "\n" + title("example", display) + "  " + text + "\n";
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

std::string example_text(const ComponentInfo& info) {
  return info.params.example.empty() ? info.name : info.params.example;
}

std::string example_text(const Section& section) {
  const std::string& example = section.keys->example;
  if (example.empty() || section.keys->root) return example;
  return fmt::format(fmt::runtime(section.list ? "{}: [{}]" : "{}: {}"), last_part(section.path),
                     example);
}

std::string describe_section(const Section& section, const Display& display) {
  return title(section.path, display) + paragraph(section.keys->doc, display) +
         parameters_text(section.keys->keys(), display) +
         example_part(example_text(section), display);
}

std::string describe_component(const ComponentInfo& info, const Display& display) {
  std::string text = title(info.family + "/" + info.name, display);
  if (!info.library.empty()) text += fmt::format("  from {}\n", info.library);
  text += paragraph(info.params.doc, display);
  if (!info.params.known_as.empty())
    text +=
        paragraph(fmt::format("Elsewhere: {}.", fmt::join(info.params.known_as, ", ")), display);
  text += info.params.fields.empty() ? "\nno parameters\n"
                                     : parameters_text(all_of(info.params), display);
  return text + example_part(example_text(info), display);
}

std::string list_components(const Catalog& catalog, const std::string& family,
                            const Display& display) {
  std::string text = title(family, display);
  const std::vector<std::string> names = catalog.names(family);
  size_t width = 16;  // so that families stand alike
  for (const std::string& name : names) width = std::max(width, display_width(name));
  for (const std::string& name : names) {
    const ComponentInfo& info = *catalog.find(family, name);
    text +=
        beside(name, width,
               summary(info.params.doc) + (info.library.empty() ? "" : " [" + info.library + "]"),
               display);
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
  Finder(const ParamList& root, const Catalog& catalog, const Display& display)
      : catalog_(catalog), display_(display), sections_(sections_of(root)) {
    for (const Section& section : sections_)
      for (const Field* field : section.keys->keys()) keys_.push_back({&section, field});
  }

  /// What there is to describe.
  std::string overview() const {
    std::string text = title("keys of the file", display_);
    size_t width = 0;
    for (const Section& section : sections_) width = std::max(width, section.path.size());
    for (const Section& section : sections_)
      text += beside(section.path, width, summary(section.keys->doc), display_);
    text += "\n" + title("components", display_);
    for (const std::string& family : catalog_.families())
      text += beside(family, width, fmt::format("{}", fmt::join(catalog_.names(family), ", ")),
                     display_);
    return text + "\nOne in full: strata describe NAME\n";
  }

  std::string text(const std::string& name) const {
    if (name.empty()) return overview();
    const size_t slash = name.find('/');
    if (slash != std::string::npos)
      return describe_component(component(name.substr(0, slash), name.substr(slash + 1)), display_);
    for (const Section& section : sections_)
      if (section.path == name) return describe_section(section, display_);
    const std::vector<std::string> families = families_of(name);
    if (families.size() == 1)
      return describe_component(*catalog_.find(families[0], name), display_);
    if (!families.empty()) refuse_ambiguous(name, families);
    if (!catalog_.names(name).empty()) return list_components(catalog_, name, display_);
    const std::string keys = keys_text(name);
    if (!keys.empty()) return keys;
    if (name == "env" || name.rfind("${", 0) == 0) return references_text();
    for (const Section& section : sections_)  // "log", "lin(": a form that its doc explains
      if (section.keys->doc.find(" " + name.substr(0, name.find('(')) + "(") != std::string::npos)
        return describe_section(section, display_);
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
      const std::string text = title(key.path(), display_) + parameters_text({key.field}, display_);
      if (key.path() == name) by_path += text;
      by_name += (by_name.empty() ? "" : "\n") + text;
      if (key.field->keys() != nullptr) map = key.field;
    }
    if (!by_path.empty()) return by_path;
    return map == nullptr
               ? by_name
               : by_name + "\n" +
                     describe_section({name, map->keys(), map->type.kind == ParamType::Kind::list},
                                      display_);
  }

  std::string references_text() const {
    return title("${key.path}, ${env:NAME}", display_) +
           paragraph(
               "What is written at another key, or an environment variable. A value that is "
               "nothing but one reference takes it with its type; inside a longer text its text is "
               "put in. What nobody wrote, a default, cannot be referred to. $${ stands for ${.",
               display_) +
           example_part("classify: {optimizer: {lr: \"${pretrain.optimizer.lr}\"}}", display_);
  }

  [[noreturn]] static void refuse_ambiguous(const std::string& name,
                                            const std::vector<std::string>& families) {
    std::vector<std::string> written;
    for (const std::string& family : families) written.push_back(family + "/" + name);
    throw UserError(fmt::format("several components are called {}: write {}", quote(name),
                                fmt::join(written, " or ")));
  }

  [[noreturn]] void refuse_unknown(const std::string& name) const {
    std::vector<KnownName> known;
    std::vector<std::string> taking;
    for (const Section& section : sections_) known.push_back({section.path});
    for (const Key& key : keys_) {
      known.push_back({key.path()});
      known.push_back({key.field->name, &key.field->known_as});
    }
    for (const std::string& family : catalog_.families()) {
      known.push_back({family});
      for (const KnownName& component : component_names(catalog_, family)) {
        known.push_back(component);
        const ParamList& parameters = catalog_.find(family, component.name)->params;
        if (parameters.find(name) != nullptr) taking.push_back(family + "/" + component.name);
        for (const KnownName& key : key_names(parameters)) known.push_back(key);
      }
    }
    if (!taking.empty())
      throw UserError(fmt::format("{} is a parameter of {}", quote(name), fmt::join(taking, ", ")));
    std::string guess = name_meant(name, known);
    if (const auto families = families_of(guess); families.size() == 1)
      guess = families[0] + "/" + guess;
    throw UserError(fmt::format("nothing is called {}{} `strata describe` lists what there is",
                                quote(name),
                                guess.empty() ? ";" : "; did you mean " + quote(guess) + "?"));
  }

  const Catalog& catalog_;
  const Display& display_;
  std::vector<Section> sections_;
  std::vector<Key> keys_;
};

}  // namespace

std::string describe(const std::string& name, const ParamList& root, const Catalog& catalog,
                     const Display& display) {
  return Finder(root, catalog, display).text(name);
}

}  // namespace strata
