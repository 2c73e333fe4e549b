#include "strata/parameters/hints.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "strata/yaml/scalar.hpp"
#include "strata/yaml/source_line.hpp"
#include "strata/yaml/text.hpp"
#include "strata/yaml/value_list.hpp"

namespace strata {
namespace {

using Kind = ParamType::Kind;

/// "'a' or 'b'"; of more than three the first ones.
std::string quoted_paths(std::vector<std::string> paths) {
  const bool more = paths.size() > 3;
  if (more) paths.resize(3);
  for (std::string& path : paths) path = quote(path);
  return more ? fmt::format("{}, ...", fmt::join(paths, ", ")) : either(paths);
}

/// The paths of the keys that `word` means: those below `near` where there are any, else all.
std::vector<std::string> paths_meant(const std::string& word, const std::string& near,
                                     const KeysByName& keys) {
  std::vector<KnownName> names;
  for (const auto& [name, places] : keys) names.push_back({name, &places.field->known_as});
  const auto meant = keys.find(name_meant(word, names));
  if (meant == keys.end()) return {};
  std::vector<std::string> below;
  for (const std::string& path : meant->second.paths)
    if (!near.empty() && path.rfind(near + ".", 0) == 0) below.push_back(path);
  return below.empty() ? meant->second.paths : below;
}

/// Of paths that were meant in an entry of a list of maps, those of its own keys: what
/// "pretrain.optimizer.lr" is to pretrain, "pretrain.stages[1].optimizer.lr" is to a stage that
/// takes an optimizer. The paths themselves where there are none.
std::vector<std::string> in_entry(std::vector<std::string> paths, const std::string& entry,
                                  const ParamList& list) {
  const size_t dot = entry.rfind('.');
  if (dot == std::string::npos || entry.back() != ']') return paths;
  std::vector<std::string> own;
  for (const std::string& path : paths) {
    if (path.compare(0, dot + 1, entry, 0, dot + 1) != 0) continue;
    const std::string rest = path.substr(dot + 1);
    if (list.find(rest.substr(0, rest.find_first_of(".["))) != nullptr)
      own.push_back(entry + "." + rest);
  }
  return own.empty() ? paths : own;
}

bool is_path(const std::string& path, const std::string& name, const KeysByName& keys) {
  const auto places = keys.find(name);
  return places != keys.end() &&
         std::count(places->second.paths.begin(), places->second.paths.end(), path) > 0;
}

/// "1,[2, 3]" of "[1, [2, 3]]"; "" where it is no list.
std::string without_brackets(std::string text) {
  text = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  text.resize(text.find_last_not_of(' ') + 1);
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return {};
  std::string items;
  const std::string inner = text.substr(1, text.size() - 2);
  for (const auto& [offset, length] : split_at_commas(inner)) {
    const std::string item = inner.substr(offset, length);
    const size_t first = std::min(item.find_first_not_of(' '), item.size());
    items +=
        (items.empty() ? "" : ",") + item.substr(first, item.find_last_not_of(' ') + 1 - first);
  }
  return items;
}

/// Of a key of the file's root that stands in another part.
std::string root_hint(const Node::Entry& entry) {
  const std::string_view before = source_line(entry.key_origin).before;
  const bool block = before.find_first_not_of(' ') == std::string_view::npos;
  return block ? "; it belongs at the root of the file: indent it less"
               : "; it belongs at the root of the file";
}

/// Where the type of a component was changed by itself, by --set or a sweep, the keys of the type
/// before are still there.
std::string former_type_hint(const Node& node) {
  const auto type = std::find_if(node.entries.begin(), node.entries.end(),
                                 [](const Node::Entry& entry) { return entry.key == "type"; });
  if (type == node.entries.end()) return {};
  const Origin& key = type->key_origin;
  const Origin& value = type->value.origin;
  if (key.source == value.source && value.line >= key.line && value.line <= key.line + 1) return {};
  return fmt::format("; {} changes the type alone, and {}={} drops the other keys", value.text(),
                     node.path, type->value.scalar);
}

/// Whether a scalar can be of a type; of a component, whether it names one.
bool fits(const Node& scalar, const ParamType& type, const Catalog& catalog) {
  const ScalarKind kind = scalar_kind(scalar);
  switch (type.kind) {
    case Kind::boolean:
      return kind == ScalarKind::boolean;
    case Kind::number:
      return kind == ScalarKind::number || kind == ScalarKind::integer;
    case Kind::integer:
      return kind == ScalarKind::integer;
    case Kind::text:
      return kind == ScalarKind::text;
    case Kind::component:
      return kind == ScalarKind::text && catalog.find(type.family, scalar.scalar) != nullptr;
    default:
      return false;
  }
}

/// Of a list in --sweep, which needs no brackets there.
std::string swept_list_hint(const Node& node) {
  const Source& source = *node.origin.source;
  const size_t begin = source.text.find('=') + 1;
  const size_t at = source_line(node.origin).before.size();
  for (const auto& [offset, length] : split_at_commas(source.text.substr(begin))) {
    if (at >= begin + offset + length) continue;
    const std::string values = without_brackets(source.text.substr(begin + offset, length));
    return values.empty() ? "" : "; to try each value, leave out the brackets: " + values;
  }
  return {};
}

}  // namespace

std::string list_hint(const Node& node, const ParamType& expected, const Constraints& constraints,
                      const Catalog& catalog) {
  std::string written = flow_text(node);
  const ParamType& innermost = expected.innermost();
  const bool is_item = node.is_scalar() ? fits(node, innermost, catalog)
                                        : node.is_map() && node.get("type") != nullptr &&
                                              innermost.kind == Kind::component;
  if (is_item && written.size() <= 60) {
    for (const ParamType* type = &expected; type->kind == Kind::list; type = type->item)
      written = "[" + written + "]";
    return fmt::format("; write {} for one", written);
  }
  const auto is_index = [](const Node::Entry& entry) {
    return entry.key.find_first_not_of("0123456789") == std::string::npos;
  };
  if (!node.entries.empty() && is_index(node.entries[0]))
    return fmt::format(
        "; an item of an inherited list is changed at the root of the file, by a key of its own: "
        "{}[{}]: ...",
        node.path, node.entries[0].key);
  if (node.is_map()) return "; a list stands in [ ], or behind '-', even of one";
  return constraints.example.empty() ? "" : "; for example " + constraints.example;
}

std::string map_hint(const Node& node, const ParamList& expected, const Catalog& catalog) {
  if (node.is_null()) return "; indent its keys below it, or write {}";
  const bool one_name = node.items.size() == 1 && node.items[0].is_scalar();
  if (node.is_sequence())
    return one_name ? map_hint(node.items[0], expected, catalog) : several_hint(node);
  if (!node.is_scalar() || node.quoted) return {};
  if (node.scalar.find(':') != std::string::npos) return "; a space belongs after ':'";
  for (const Field& field : expected.fields)
    if (field.type.kind == Kind::component && fits(node, field.type, catalog))
      return fmt::format("; write {{{}: {}}}", field.name, node.scalar);
  return {};
}

std::string several_hint(const Node& node) {
  if (node.origin.source == nullptr) return {};
  const std::string& place = node.origin.source->name;
  if (place == "--seeds") return "; a range is 0-4, a list 0,3,7";
  if (place == "--set") {
    const std::string values = node.is_sequence() ? without_brackets(flow_text(node)) : node.scalar;
    return split_at_commas(values).size() < 2
               ? ""
               : fmt::format("; to try each value: --sweep {}={}", node.path, values);
  }
  if (!node.is_sequence() || node.items.empty()) return {};
  if (place == "--sweep") return swept_list_hint(node);
  if (node.path.empty() || node.path.back() == ']') return {};  // an item of a list
  if (node.items.size() == 1)
    return fmt::format("; write {}, not a list", flow_text(node.items[0]));
  std::string values = flow_text(node);
  if (values.size() > 60) values = "[...]";
  if (node.path == "seed") return "; to run each: seeds: " + values;
  return fmt::format("; to try each value: sweep: {{{}: {}}}", node.path, values);
}

std::string seeds_hint(const std::string& number) {
  int64_t count = 0;
  const char* end = number.data() + number.size();
  const auto [rest, error] = std::from_chars(number.data(), end, count);
  if (error != std::errc() || rest != end || count < 2) return "; write [" + number + "] for one";
  return fmt::format("; {0} seeds are 0-{1}, seed {0} alone is [{0}]", count, count - 1);
}

std::string seeds_text(const std::string& written) {
  const std::string inner = without_brackets(written);
  std::string seeds;
  for (const char c : inner.empty() ? written : inner)
    if (c != ' ') seeds += c;
  const bool plain = seeds.find_first_not_of("0123456789,-") == std::string::npos;
  return plain && !seeds.empty() ? seeds : "0-4";
}

std::string null_hint(const Node& value, const Field& field, const Catalog& catalog) {
  if (!value.is_null() && !value.is_scalar()) return {};
  std::string word = value.scalar;
  for (char& c : word) c = static_cast<char>(std::tolower(c & 0xff));
  if (word == "~") word = "null";
  const bool is_false = !value.quoted && (word == "false" || word == "no" || word == "off");
  if (word != "null" && word != "none" && !is_false) return {};
  if (field.type.kind == Kind::text || field.type.kind == Kind::boolean || field.required) {
    const bool negated = field.type.kind == Kind::boolean && value.is_null();
    return negated ? "; write false" : "";
  }
  if (field.nullable) {
    const bool is_name = field.type.kind == Kind::component &&
                         catalog.find(field.type.family, value.scalar) != nullptr;
    return value.is_null() || is_name ? "" : "; write null";
  }
  if (field.type.kind == Kind::list) return "; write [] for none";
  if (!value.is_null()) return {};
  return fmt::format("; leave {} out for its default, {}", quote(field.name), field.default_text());
}

std::string unknown_key_hint(const Node& node, const Node::Entry& entry, const ParamList& list,
                             bool component, const ListKeys& keys) {
  std::vector<KnownName> known = key_names(list);
  if (component) known.insert(known.begin(), {"type"});
  const auto is_known = [&known](const std::string& word) {
    return std::any_of(known.begin(), known.end(),
                       [&word](const KnownName& each) { return each.name == word; });
  };
  const std::string word = run_together(entry);
  if (!word.empty() && is_known(word))
    return entry.key[word.size()] == ':' ? "; a space belongs after ':'"
                                         : fmt::format("; a ':' belongs after '{}'", word);
  const bool is_part = !component || entry.value.is_map() || entry.value.is_sequence();
  if (keys && name_meant(entry.key, known).empty()) {
    if (is_part && !node.path.empty() && is_path(entry.key, entry.key, keys()))
      return root_hint(entry);
    const auto meant = component
                           ? std::vector<std::string>()
                           : in_entry(paths_meant(entry.key, node.path, keys()), node.path, list);
    if (!meant.empty())
      return fmt::format("; did you mean {}? Known here: {}", quoted_paths(meant),
                         names_text(known));
  }
  return suggestion(entry.key, known) + (component ? former_type_hint(node) : "");
}

std::string replacement_hint(const std::string& path, const ListKeys& keys) {
  const size_t key = path.rfind('.');
  if (!keys || key == std::string::npos || key == 0 || path[key - 1] != ']') return {};
  const size_t list = path.rfind('.', key);
  const size_t before = list == 0 ? std::string::npos : path.rfind('.', list - 1);
  if (before == std::string::npos) return {};
  const std::string name = path.substr(key + 1);
  const std::string common = path.substr(0, before + 1) + name;
  if (!is_path(common, name, keys())) return {};
  return fmt::format("; a stage's {} replaces the common one ({}): write its type too", name,
                     common);
}

std::string run_together(const Node::Entry& entry) {
  const size_t end = entry.key.find_first_of(": ");
  const bool no_value = entry.value.is_null() && entry.value.scalar.empty();
  return no_value && end != std::string::npos ? entry.key.substr(0, end) : "";
}

}  // namespace strata
