#include "strata/parameters/hints.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "strata/yaml/source_line.hpp"
#include "strata/yaml/text.hpp"
#include "strata/yaml/value_list.hpp"

namespace strata {
namespace {

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

/// "'a'", "'a' or 'b'", "'a', 'b' or 'c'"; of more than three the first ones.
std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size() && i < 3; ++i) {
    const bool last = i + 1 == words.size();
    text += (i == 0 ? "" : last ? " or " : ", ") + quote(words[i]);
  }
  return words.size() > 3 ? text + ", ..." : text;
}

/// The paths of the keys whose name is nearest to `word`: those below `near` where there are any,
/// else all of them.
std::vector<std::string> nearest_paths(const std::string& word, const std::string& near,
                                       const std::vector<std::string>& paths) {
  std::vector<std::string> names, found, below;
  for (const std::string& path : paths) names.push_back(last_part(path));
  const std::string meant = nearest(word, names);
  if (meant.empty()) return {};
  for (const std::string& path : paths) {
    if (last_part(path) != meant) continue;
    found.push_back(path);
    if (!near.empty() && path.rfind(near + ".", 0) == 0) below.push_back(path);
  }
  return below.empty() ? found : below;
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

bool is_root_key(const std::string& key, const std::vector<std::string>& paths) {
  return key.find('.') == std::string::npos && std::count(paths.begin(), paths.end(), key) > 0;
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

}  // namespace

std::string several_hint(const Node& node) {
  const std::string place = node.origin.source == nullptr ? "" : node.origin.source->name;
  if (place == "--seeds") return "; a range is 0-4, a list 0,3,7";
  if (place != "--set" || split_at_commas(node.scalar).size() < 2) return {};
  return fmt::format("; several values: --sweep {}={}", node.path, node.scalar);
}

std::string type_hint(const Node& node, const std::string& expected) {
  if (node.is_null() && expected == "a map") return "; indent its keys below it, or write {}";
  if (node.is_map() && expected.rfind("a list", 0) == 0)
    return "; a list stands in [ ], or behind '-', even of one";
  if (!node.is_scalar() || node.quoted) return {};
  if (expected.rfind("a list", 0) == 0) return fmt::format("; write [{}] for one", node.scalar);
  if (expected == "a map" && node.scalar.find(':') != std::string::npos)
    return "; a space belongs after ':'";
  return {};
}

std::string seeds_text(const std::string& written) {
  const std::string inner = without_brackets(written);
  std::string seeds;
  for (const char c : inner.empty() ? written : inner)
    if (c != ' ') seeds += c;
  const bool plain = seeds.find_first_not_of("0123456789,-") == std::string::npos;
  return plain && !seeds.empty() ? seeds : "0-4";
}

std::string sweep_hint(const Node& node) {
  const Source* source = node.origin.source.get();
  const bool swept = source != nullptr && (source->name == "--sweep" || source->name == "--seeds");
  if (!swept || !node.is_sequence()) return {};
  const size_t begin = source->name == "--sweep" ? source->text.find('=') + 1 : 0;
  const size_t at = source_line(node.origin).before.size();
  for (const auto& [offset, length] : split_at_commas(source->text.substr(begin))) {
    if (at >= begin + offset + length) continue;
    const std::string values = without_brackets(source->text.substr(begin + offset, length));
    return values.empty() ? "" : "; to try each value, leave out the brackets: " + values;
  }
  return {};
}

std::string null_hint(const Node& value, const Field& field, const Catalog& catalog) {
  const bool may_be_empty = field.default_value.is_array() && field.default_value.empty();
  if (value.is_null() && !value.scalar.empty() && may_be_empty && !field.required)
    return "; write [] for none";
  if (!value.is_scalar() || !field.nullable || field.required || field.type == "string") return {};
  std::string word = value.scalar;
  for (char& c : word) c = static_cast<char>(std::tolower(c & 0xff));
  const bool none = word == "none" || (word == "false" && !value.quoted);
  return none && catalog.find(field.type, value.scalar) == nullptr ? "; write null" : "";
}

std::string unknown_key_hint(const Node& node, const Node::Entry& entry, const ParamList& list,
                             const std::string& extra, const ListPaths& paths) {
  std::vector<std::string> known = list.names();
  if (!extra.empty()) known.insert(known.begin(), extra);
  const std::string word = run_together(entry);
  if (!word.empty() && std::count(known.begin(), known.end(), word) > 0)
    return entry.key[word.size()] == ':' ? "; a space belongs after ':'"
                                         : fmt::format("; a ':' belongs after '{}'", word);
  const bool like_known = !nearest(entry.key, known).empty();
  const bool part = extra.empty() || entry.value.is_map() || entry.value.is_sequence();
  if (paths && part && !like_known && is_root_key(entry.key, paths()) && !node.path.empty())
    return root_hint(entry);
  if (!extra.empty()) return suggestion(entry.key, known) + former_type_hint(node);
  if (paths && !like_known) {
    const auto meant = in_entry(nearest_paths(entry.key, node.path, paths()), node.path, list);
    if (!meant.empty())
      return fmt::format("; did you mean {}? Known here: {}", either(meant),
                         fmt::join(known, ", "));
  }
  return suggestion(entry.key, known);
}

std::string replacement_hint(const std::string& path, const ListPaths& paths) {
  const size_t key = path.rfind('.');
  if (!paths || key == std::string::npos || key == 0 || path[key - 1] != ']') return {};
  const size_t list = path.rfind('.', key);
  const size_t before = list == 0 ? std::string::npos : path.rfind('.', list - 1);
  if (before == std::string::npos) return {};
  const std::string common = path.substr(0, before) + path.substr(key);
  const std::vector<std::string> all = paths();
  if (std::count(all.begin(), all.end(), common) == 0) return {};
  return fmt::format("; a stage's {} replaces the common one ({}): write its type too",
                     path.substr(key + 1), common);
}

std::string run_together(const Node::Entry& entry) {
  const size_t end = entry.key.find_first_of(": ");
  const bool no_value = entry.value.is_null() && entry.value.scalar.empty();
  return no_value && end != std::string::npos ? entry.key.substr(0, end) : "";
}

}  // namespace strata
