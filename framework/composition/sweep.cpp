#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/composition/compose.hpp"
#include "strata/composition/sweep_axis.hpp"
#include "strata/parameters/hints.hpp"
#include "strata/yaml/scalar.hpp"
#include "strata/yaml/source_line.hpp"
#include "strata/yaml/text.hpp"
#include "strata/yaml/value_list.hpp"

namespace strata {
namespace {

bool is_written_null(const Node& node) {
  return node.is_null() && !node.scalar.empty();
}

/// What contains another key is set before it.
void put_wholes_first(std::vector<Override>& overrides) {
  for (auto it = overrides.begin(); it != overrides.end(); ++it) {
    const auto part = std::find_if(overrides.begin(), it, [&](const Override& before) {
      return is_within(before.path, it->path);
    });
    std::rotate(part, it, it == part ? it : it + 1);
  }
}

/// Of all runs together, so that a sweep fits into memory.
constexpr double kMostSweptValues = 2e6;

class Expander {
 public:
  Expander(const std::vector<Override>& set, std::vector<std::string>& notes, Issues& issues)
      : set_(set), notes_(notes), issues_(issues) {}

  void read_file(Node& root) {
    if (const Node* sweep = root.get("sweep")) read_sweep(*sweep);
    const Node* seeds = root.get("seeds");
    if (seeds != nullptr && !is_written_null(*seeds)) {
      Axis axis;
      axis.path = "seed";
      axis.origin = seeds->origin;
      if (!refuse_number(*seeds)) {
        axis.values = values_of(*seeds, "seeds", issues_);
        add_axis(std::move(axis), seeds_);
      }
    }
    const auto handled = [](const Node::Entry& e) { return e.key == "sweep" || e.key == "seeds"; };
    root.entries.erase(std::remove_if(root.entries.begin(), root.entries.end(), handled),
                       root.entries.end());
  }

  void read_argument(const std::string& argument) {
    const auto source = std::make_shared<const Source>(Source{"--sweep", argument});
    const size_t begin = argument.rfind("zip:", 0) == 0 ? 4 : 0;
    const size_t equals = argument.find('=');
    Axis axis;
    axis.origin = {source, 1, static_cast<int>(begin) + 1};
    if (equals == std::string::npos)
      return issues_.error(axis.origin, {}, "expected key=value,value,..., got " + quote(argument));
    axis.path = argument.substr(begin, equals - begin);
    if (!check_path(axis) || !check_key(axis, argument.substr(equals + 1))) return;
    axis.values = argument_values(source, equals + 1, issues_);
    add_axis(std::move(axis), begin > 0 ? zip_ : grid_);
  }

  void read_seeds(const std::string& argument) {
    const auto source = std::make_shared<const Source>(Source{"--seeds", argument});
    Axis axis;
    axis.path = "seed";
    axis.origin = {source, 1, 1};
    Issues of_no_list;
    const Node list = parse_yaml_value(source, 0, argument.size(), of_no_list);
    if (refuse_number(list)) return;
    axis.values =
        list.is_sequence() ? values_of(list, {}, issues_) : argument_values(source, 0, issues_);
    add_axis(std::move(axis), seeds_);
  }

  /// `values` is how many each run has besides those that are swept.
  std::vector<SweepPoint> points(size_t values) {
    Group zip = zipped();
    std::vector<Group> groups;
    for (Axis& axis : grid_) groups.push_back({std::move(axis)});
    if (!zip.empty()) groups.push_back(std::move(zip));
    for (Axis& axis : seeds_) groups.push_back({std::move(axis)});
    double count = 1;
    for (const Group& group : groups) count *= static_cast<double>(group[0].values.size());
    if (count > kMostSweptRuns) return refuse_size(groups[0][0], count, "", kMostSweptRuns);
    for (const Group& group : groups) values += group.size();
    if (count > 1 && count * static_cast<double>(values) > kMostSweptValues)
      return refuse_size(groups[0][0], count, fmt::format(" of {} values each", values),
                         static_cast<size_t>(kMostSweptValues / static_cast<double>(values)));
    std::vector<SweepPoint> points(1);
    for (const Group& group : groups) points = crossed(points, group);
    for (SweepPoint& point : points) {
      point.label = label(point.overrides);
      put_wholes_first(point.overrides);
    }
    return points;
  }

 private:
  std::vector<SweepPoint> refuse_size(const Axis& first, double count, const std::string& each,
                                      size_t most) {
    issues_.error(first.origin, {},
                  fmt::format("the sweep has {:.0f} runs{}; at most {} are "
                              "expanded",
                              count, each, most));
    return {};
  }

  /// One number may mean that many seeds, or that one: neither is guessed.
  bool refuse_number(const Node& seeds) {
    if (!seeds.is_scalar() || scalar_kind(seeds) != ScalarKind::integer) return false;
    issues_.error(seeds.origin, is_argument(seeds.origin) ? "" : "seeds",
                  fmt::format("expected a range or a list of seeds, got {}{}", seeds.scalar,
                              seeds_hint(seeds.scalar)));
    return true;
  }

  void read_sweep(const Node& sweep) {
    if (is_written_null(sweep)) return;
    if (!sweep.is_map())
      return issues_.error(sweep.origin, "sweep",
                           "expected a map of keys to their values, got " + sweep.describe());
    read_axes(sweep, grid_);
    const Node* zip = sweep.get("zip");
    if (zip == nullptr || is_written_null(*zip)) return;
    if (zip->is_map()) return read_axes(*zip, file_zip_);
    issues_.error(zip->origin, "sweep.zip",
                  "expected a map of keys to their values, got " + zip->describe());
  }

  /// A log(from, to, count) between braces and without quotes is cut at its commas, which is
  /// reported; the keys without a value after it are its rest.
  void read_axes(const Node& keys, std::vector<Axis>& axes) {
    bool in_call = false;
    for (const Node::Entry& entry : keys.entries) {
      if (&axes == &grid_ && entry.key == "zip") continue;
      if (in_call && entry.value.is_null()) {
        in_call = entry.key.back() != ')';
        continue;
      }
      in_call = is_cut_call(entry.value);
      read_axis(entry, axes);
    }
  }

  void read_axis(const Node::Entry& entry, std::vector<Axis>& axes) {
    if (is_written_null(entry.value)) return;  // an inherited one is taken away
    Axis axis;
    axis.path = entry.key;
    axis.origin = entry.key_origin;
    if (!check_path(axis) || !check_key(axis)) return;
    axis.values = values_of(entry.value, entry.key, issues_);
    add_axis(std::move(axis), axes);
  }

  bool check_path(const Axis& axis) {
    if (parse_path(axis.path)) return true;
    issues_.error(axis.origin, "sweep", no_path(axis.path));
    return false;
  }

  /// Refuses the keys that make no settings. `values` is what --sweep gives.
  bool check_key(const Axis& axis, const std::string& values = {}) {
    const std::string first = parse_path(axis.path)->front().key;
    const std::vector<Field>& keys = composition_keys();
    if (first != "zip" &&
        std::none_of(keys.begin(), keys.end(), [&](const Field& key) { return key.name == first; }))
      return true;
    const std::string hint = is_argument(axis.origin) ? argument_hint(axis.path, first, values)
                             : first == "seeds"       ? "; write 'seeds' beside 'sweep'"
                                                      : "";
    issues_.error(axis.origin, is_argument(axis.origin) ? "" : "sweep",
                  fmt::format("{} cannot be swept{}", quote(axis.path), hint));
    return false;
  }

  /// How the command line says what `first`, a key of the file alone, was meant to.
  static std::string argument_hint(const std::string& path, const std::string& first,
                                   const std::string& values) {
    if (first == "seeds") return "; write --seeds " + seeds_text(values);
    std::string key = path.substr(std::min(first.size() + 1, path.size()));
    if (first == "zip") key.insert(0, "zip:");
    if (key == "zip") key = "zip:";
    if (key.rfind("zip.", 0) == 0) key[3] = ':';
    if (key.empty()) return first == "sweep" ? "; write --sweep key=v1,v2" : "";
    if (key == "zip:") return "; write --sweep zip:key=v1,v2 for each key";
    return first == "extends" ? "" : fmt::format("; write --sweep {}={}", key, values);
  }

  /// An axis of the command line replaces the file's; one that --set fixes is none.
  void add_axis(Axis axis, std::vector<Axis>& axes) {
    if (axis.values.empty()) return;  // reported
    const bool in_file_zip = &axes == &file_zip_;
    for (const Override& fixed : set_)
      if (!in_file_zip && undoes(fixed, axis)) return give_way(axis, fixed);
    for (std::vector<Axis>* all : {&grid_, &zip_, &file_zip_, &seeds_}) {
      if (all == &file_zip_ && is_argument(axis.origin)) continue;  // see zipped()
      for (auto other = all->begin(); other != all->end();) {
        if (!clash(*other, axis)) {
          ++other;
        } else if (other->origin.source == axis.origin.source || is_argument(other->origin)) {
          return refuse(axis, *other);
        } else {
          if (other->path != axis.path)
            notes_.push_back(gives_way(*other, axis.origin.source->name + " " + axis.path));
          other = all->erase(other);
        }
      }
    }
    axes.push_back(std::move(axis));
  }

  void give_way(const Axis& axis, const Override& fixed) {
    if (!is_argument(axis.origin))
      return notes_.push_back(gives_way(axis, "--set " + fixed.text()));
    issues_.error(axis.origin, {},
                  fmt::format("{} is swept here and set by --set {}; leave one of them out",
                              quote(axis.path), fixed.text()));
  }

  void refuse(const Axis& axis, const Axis& other) {
    if (other.path == axis.path)
      return issues_.error(axis.origin, "sweep",
                           fmt::format("{} is swept twice", quote(axis.path)));
    const bool argument = is_argument(other.origin);
    issues_.error(axis.origin, "sweep",
                  fmt::format("{} is swept here and set by the sweep of {} ({}); leave one of them "
                              "out",
                              quote(axis.path), quote(other.path),
                              argument ? other.origin.source->name : other.origin.text()));
  }

  /// The file's zip, as far as the command line leaves it, and the command line's own.
  Group zipped() {
    std::vector<Axis> swept;
    for (const std::vector<Axis>* all : {&grid_, &zip_, &seeds_})
      std::copy_if(all->begin(), all->end(), std::back_inserter(swept),
                   [](const Axis& axis) { return is_argument(axis.origin); });
    if (!have_as_many(file_zip_, issues_)) return {};
    Group zip = settle_zip(std::move(file_zip_), set_, swept, notes_, issues_);
    zip.insert(zip.end(), zip_.begin(), zip_.end());
    return have_as_many(zip, issues_) ? zip : Group();
  }

  static std::vector<SweepPoint> crossed(const std::vector<SweepPoint>& points,
                                         const Group& group) {
    std::vector<SweepPoint> all;
    for (const SweepPoint& point : points) {
      for (size_t i = 0; i < group[0].values.size(); ++i) {
        all.push_back(point);
        for (const Axis& axis : group)
          all.back().overrides.push_back({axis.path, axis.origin, axis.values[i]});
      }
    }
    return all;
  }

  /// The last part of each path is its name, unless two keys share it.
  static std::string label(const std::vector<Override>& overrides) {
    std::multiset<std::string> names;
    for (const Override& o : overrides) names.insert(last_part(o.path));
    std::string text;
    for (const Override& o : overrides) {
      const std::string name = last_part(o.path);
      text += (text.empty() ? "" : " ") + (names.count(name) > 1 ? o.path : name) + "=" +
              flow_text(o.value);
    }
    return text;
  }

  const std::vector<Override>& set_;
  std::vector<std::string>& notes_;
  Issues& issues_;
  std::vector<Axis> grid_, zip_, file_zip_, seeds_;
};

}  // namespace

std::vector<SweepPoint> expand_sweep(Node& root, const CommandSettings& settings,
                                     const std::vector<Override>& set,
                                     std::vector<std::string>& notes, Issues& issues) {
  Expander expander(set, notes, issues);
  expander.read_file(root);
  for (const std::string& argument : settings.sweep) expander.read_argument(argument);
  if (!settings.seeds.empty()) expander.read_seeds(settings.seeds);
  return expander.points(count_nodes(root));
}

}  // namespace strata
