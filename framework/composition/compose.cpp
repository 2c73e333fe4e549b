#include "strata/composition/compose.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "strata/parameters/component.hpp"
#include "strata/yaml/scalar.hpp"
#include "strata/yaml/text.hpp"

namespace strata {
namespace fs = std::filesystem;
namespace {

void remove_key(Node& map, const std::string& key) {
  map.entries.erase(std::remove_if(map.entries.begin(), map.entries.end(),
                                   [&](const Node::Entry& entry) { return entry.key == key; }),
                    map.entries.end());
}

bool is_name(const Node& node) {
  return node.is_scalar() && scalar_kind(node) == ScalarKind::text;
}

std::string type_of(const Node& map) {
  const Node* type = map.get("type");
  return type == nullptr ? "" : type->scalar;
}

/// The name of an item of a list: its text, or the type of a component; "" of anything else.
std::string item_name(const Node& item) {
  return is_name(item) ? item.scalar : item.is_map() ? type_of(item) : "";
}

/// The names of a list that another has not; of lists of other things, none.
std::vector<std::string> names_lost(const Node& base, const Node& over) {
  std::vector<std::string> lost;
  for (const Node& item : base.items) {
    const std::string name = item_name(item);
    const bool kept = std::any_of(over.items.begin(), over.items.end(),
                                  [&](const Node& other) { return item_name(other) == name; });
    if (!name.empty() && !kept) lost.push_back(name);
  }
  return lost;
}

/// Whether a key at a file's root is the path of a part: "encoder[2][0].units".
bool is_part(const std::string& key) {
  const auto steps = parse_path(key);
  const std::vector<Field>& whole = composition_keys();
  return steps && steps->size() > 1 &&
         std::none_of(whole.begin(), whole.end(),
                      [&](const Field& field) { return field.name == steps->front().key; });
}

/// Of maps whose base could not be read nobody knows which keys are missing.
void mark_incomplete(Node& map) {
  if (!map.is_map()) return;
  map.broken = true;
  for (Node::Entry& entry : map.entries) mark_incomplete(entry.value);
}

/// Follows `extends` from file to file.
class Chain {
 public:
  Chain(std::vector<std::shared_ptr<const Source>>& files, std::vector<std::string>& notes,
        Issues& issues)
      : files_(files), notes_(notes), issues_(issues) {}

  /// `named` is the value of `extends`, or nullptr for the first file.
  Node load(const std::string& path, const Node* named) {
    std::error_code no_file;  // a pipe, say; what cannot be read is told below
    fs::path canonical = fs::weakly_canonical(path, no_file);
    if (no_file) canonical = fs::absolute(path);
    if (std::find(chain_.begin(), chain_.end(), canonical) != chain_.end()) {
      report(*named,
             fmt::format("a file cannot extend itself: {} -> {}", fmt::join(names_, " -> "), path));
      return {};
    }
    chain_.push_back(canonical);
    names_.push_back(path);

    Node root = parse_yaml_file(path, issues_, named);
    if (root.is_null()) return {};
    files_.push_back(root.origin.source);
    set_paths(root);
    const std::vector<Override> parts = take_parts(root);
    const Node* extends = root.get("extends");
    if (extends != nullptr) {
      Node base = load_base(path, *extends);
      remove_key(root, "extends");
      if (base.is_null()) {
        mark_incomplete(root);
        return root;
      }
      merge_over(base, std::move(root),
                 [this](const Node& before, const Node& after) { note_lost(before, after); });
      root = std::move(base);
    }
    for (const Override& part : parts) apply_override(root, part, issues_);
    set_paths(root);
    return root;
  }

 private:
  /// Takes the keys that are paths of parts out of a file's root.
  static std::vector<Override> take_parts(Node& root) {
    std::vector<Override> parts;
    const auto first =
        std::stable_partition(root.entries.begin(), root.entries.end(),
                              [](const Node::Entry& entry) { return !is_part(entry.key); });
    for (auto entry = first; entry != root.entries.end(); ++entry)
      parts.push_back({entry->key, entry->key_origin, std::move(entry->value)});
    root.entries.erase(first, root.entries.end());
    return parts;
  }

  void note_lost(const Node& before, const Node& after) {
    const std::vector<std::string> lost = names_lost(before, after);
    if (!lost.empty() && !after.items.empty())
      notes_.push_back(fmt::format("{}: note: {} replaces the list of {}, and is without its {}",
                                   after.origin.text(), after.path, before.origin.text(),
                                   fmt::join(lost, ", ")));
  }

  Node load_base(const std::string& path, const Node& extends) {
    if (!is_name(extends)) {
      report(extends, "expected the path of a file, got " + extends.describe());
      return {};
    }
    if (extends.scalar.find("${") != std::string::npos) {
      report(extends, fmt::format("a reference cannot stand in 'extends', got {}; references are "
                                  "filled in last: write the file's path",
                                  quote(extends.scalar)));
      return {};
    }
    const fs::path base_path = (fs::path(path).parent_path() / extends.scalar).lexically_normal();
    const int errors = issues_.errors();
    Node base = load(base_path.string(), &extends);
    if (!base.is_map() && issues_.errors() == errors) {
      report(extends, fmt::format("{} holds {}, not a map", base_path.string(), base.describe()));
      return {};
    }
    return base;
  }

  void report(const Node& extends, const std::string& message) {
    issues_.error(extends.origin, extends.path, message);
  }

  std::vector<std::shared_ptr<const Source>>& files_;
  std::vector<std::string>& notes_;
  Issues& issues_;
  std::vector<fs::path> chain_;
  std::vector<std::string> names_;
};

using Files = std::vector<std::shared_ptr<const Source>>;

/// What a file gives and the sweep of one that it extends sets all the same.
std::vector<std::string> swept_over(const Node& root, const std::vector<Override>& point,
                                    bool seeds, const Files& files) {
  const auto level = [&files](const Origin& origin) {
    return std::find(files.begin(), files.end(), origin.source);
  };
  std::vector<std::string> notes;
  for (const Override& swept : point) {
    const Node* value = written_at(root, swept.path);
    if (value == nullptr || level(swept.origin) == files.end() ||
        level(value->origin) >= level(swept.origin))
      continue;
    notes.push_back(fmt::format(
        "{}: note: the sweep of {} sets what {} gives ({}); `{}: null` there takes it away",
        swept.origin.text(), quote(swept.path), value->origin.text(), flow_text(*value),
        seeds && swept.path == "seed" ? "seeds" : "sweep"));
  }
  return notes;
}

/// Whether anything of a value given by --set is still there.
bool survives(const Node* now, const Node& given) {
  if (now == nullptr) return false;
  if (!now->is_map() || !given.is_map()) return now->origin.source == given.origin.source;
  return std::any_of(given.entries.begin(), given.entries.end(), [now](const Node::Entry& entry) {
    return survives(now->get(entry.key), entry.value);
  });
}

/// Applies --set to a run; what one gives and a later one takes away by a part around it is noted.
void apply_set(Node& root, const std::vector<Override>& set, std::vector<std::string>& notes,
               Issues& issues) {
  for (size_t i = 0; i < set.size(); ++i) {
    std::vector<const Override*> there;
    for (size_t before = 0; before < i; ++before)
      if (set[before].path != set[i].path && is_within(set[before].path, set[i].path) &&
          survives(find_path(root, set[before].path), set[before].value))
        there.push_back(&set[before]);
    apply_override(root, set[i], issues);
    for (const Override* given : there)
      if (!survives(find_path(root, given->path), given->value))
        notes.push_back(fmt::format("strata: note: --set {} gives way to --set {}", given->text(),
                                    set[i].text()));
  }
}

}  // namespace

const Node* written_at(const Node& root, const std::string& path) {
  if (const Node* node = find_path(root, path)) return node;
  const size_t dot = path.rfind(".type");
  if (dot == std::string::npos || dot + 5 != path.size()) return nullptr;
  const Node* node = find_path(root, path.substr(0, dot));
  return node != nullptr && is_name(*node) ? node : nullptr;
}

Node load_with_bases(const std::string& path, std::vector<std::shared_ptr<const Source>>& files,
                     std::vector<std::string>& notes, Issues& issues) {
  return Chain(files, notes, issues).load(path, nullptr);
}

void merge_over(Node& base, Node over, const ListReplaced& replaced) {
  const std::string type = over.is_map() ? type_of(over) : "";
  if (over.is_map() && type.empty() && is_name(base)) give_type_key(base);
  const bool merged = base.is_map() && over.is_map() &&
                      (type.empty() || type == type_of(base) || type_of(base).empty());
  if (!merged) {
    if (replaced && base.is_sequence() && over.is_sequence()) replaced(base, over);
    base = std::move(over);
    return;
  }
  base.origin = over.origin;
  for (Node::Entry& entry : over.entries) {
    Node::Entry* below = base.find(entry.key);
    if (below == nullptr) {
      base.entries.push_back(std::move(entry));
    } else {
      below->key_origin = entry.key_origin;
      merge_over(below->value, std::move(entry.value), replaced);
    }
  }
}

Composition compose(const std::string& path, const CommandSettings& settings, Issues& issues) {
  Composition result;
  Node root = load_with_bases(path, result.files, result.notes, issues);
  if (root.is_null()) return result;
  std::vector<Override> set;
  for (const std::string& argument : settings.set) {
    Override override;
    if (parse_override(argument, override, issues)) set.push_back(std::move(override));
  }
  const bool seeds = root.get("seeds") != nullptr;
  for (SweepPoint& point : expand_sweep(root, settings, set, result.notes, issues)) {
    std::vector<std::string> notes = swept_over(root, point.overrides, seeds, result.files);
    ComposedRun run{root, std::move(point.overrides), std::move(point.label)};
    for (const Override& override : run.point) apply_override(run.root, override, issues);
    apply_set(run.root, set, notes, issues);
    if (result.runs.empty())  // they are the same of every run
      result.notes.insert(result.notes.end(), notes.begin(), notes.end());
    set_paths(run.root);
    interpolate(run.root, issues);
    result.runs.push_back(std::move(run));
  }
  return result;
}

}  // namespace strata
