#include "strata/report/comparing/flags.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "strata/report/settings/varying_settings.hpp"

namespace strata {
namespace {

using Groups = std::vector<std::vector<const ComparedRun*>>;
using Sides = std::vector<Flag::Side>;

/// What the runs say under one key, by scope, both in the order of first sight.
struct Aspect {
  std::string category, key;
  std::vector<std::pair<std::string, Sides>> scopes;
  std::map<std::string, size_t> index;
  bool asked = false;  ///< scopes are of groups that were asked for the same

  Sides& in(const std::string& scope) {
    const auto [found, is_new] = index.emplace(scope, scopes.size());
    if (is_new) scopes.emplace_back(scope, Sides{});
    return scopes[found->second].second;
  }
};

const char* effect_of(const std::string& category) {
  static const std::map<std::string, const char*> effects = {
      {"data split", "they did not see the same samples"},
      {"data files", "the data are not the same"},
      {"preprocessing", "they did not see the same values"},
      {"metric definition", "the figures measure different things"},
      {"epochs", "some trained longer"},
      {"dtype", "the arithmetic differs"},
      {"strata version", "the program differs"},
      {"library version", "the program's libraries differ"},
      {"machine", "timings cannot be compared, and sums may differ in their last digits"},
  };
  const auto found = effects.find(category);
  return found == effects.end() ? "" : found->second;
}

/// Whether the factor says what a setting is: it is that setting, or the section of the file
/// (--by data) in which it lies.
bool tells(const std::string& factor, const std::string& setting) {
  return factor == setting || (factor.find('.') == std::string::npos && lies_in(setting, factor));
}

/// Whether the factor decides how many epochs stages of this kind train.
bool decides_epochs(const std::string& factor, const std::string& kind) {
  return tells(factor, kind + ".epochs") || factor == kind + ".stages" ||
         factor.rfind(kind + ".early_stopping", 0) == 0 ||
         (factor.rfind(kind + ".stages[", 0) == 0 && ends_in(factor, "epochs"));
}

/// --by dtype makes the dtype the factor, --by train_size the size of that split, --by
/// provenance.strata.version the version.
bool is_factor(const Aspect& aspect, const std::vector<Factor>& factors) {
  return std::any_of(factors.begin(), factors.end(), [&](const Factor& factor) {
    if (aspect.key == factor.key) return true;
    if (aspect.key.rfind("config.", 0) == 0 && tells(factor.key, aspect.key.substr(7))) return true;
    for (const char* split : {"train", "validation", "test"})
      if (aspect.key == fmt::format("data.splits.{}.count", split))
        return tells(factor.key, fmt::format("data.{}_size", split));
    return false;
  });
}

/// --by pretrain.epochs makes the number of epochs the factor: groups that were asked for the same
/// are compared with each other alone. "pretrain.epochs 10"; "" where epochs are no factor.
std::string asked_epochs(const Fact& fact, const std::vector<Factor>& factors, size_t group) {
  if (fact.category != "epochs") return "";
  const std::string kind = fact.key.substr(fact.key.rfind(' ') + 1);
  std::vector<std::string> asked;
  for (const Factor& factor : factors)
    if (decides_epochs(factor.key, kind))
      asked.push_back(fmt::format("{} {}", factor.key,
                                  factor.values[group].empty() ? "-" : factor.values[group]));
  return fmt::format("{}", fmt::join(asked, ", "));
}

void add_fact(Sides& sides, const std::string& value, size_t group) {
  auto side = std::find_if(sides.begin(), sides.end(),
                           [&](const Flag::Side& s) { return s.value == value; });
  if (side == sides.end()) side = sides.insert(side, Flag::Side{value, {}, 0});
  if (side->groups.empty() || side->groups.back() != group) side->groups.push_back(group);
  ++side->runs;
}

/// Whether but one group says anything: what its runs make of the same epochs asked for is its own.
bool of_one_group(const Sides& sides) {
  std::set<size_t> groups;
  for (const Flag::Side& side : sides) groups.insert(side.groups.begin(), side.groups.end());
  return groups.size() < 2;
}

std::vector<Aspect> aspects_of(const Groups& groups, const std::vector<Factor>& factors) {
  std::vector<Aspect> aspects;
  std::map<std::string, size_t> index;
  for (size_t g = 0; g < groups.size(); ++g)
    for (const ComparedRun* run : groups[g])
      for (const Fact& fact : run->facts) {
        const auto [found, is_new] = index.emplace(fact.key, aspects.size());
        if (is_new) aspects.push_back({fact.category, fact.key, {}, {}, false});
        Aspect& aspect = aspects[found->second];
        const std::string asked = asked_epochs(fact, factors, g);
        aspect.asked |= !asked.empty();
        add_fact(aspect.in(fact.scope + (fact.scope.empty() || asked.empty() ? "" : "; ") + asked),
                 fact.value, g);
      }
  for (Aspect& aspect : aspects)
    for (auto& [scope, sides] : aspect.scopes)
      if (aspect.asked && of_one_group(sides)) sides.clear();
  return aspects;
}

/// A setting under `data` that a run lacks differs from one that is given.
void add_absent(std::vector<Aspect>& aspects, const Groups& groups) {
  for (Aspect& aspect : aspects) {
    if (aspect.key.rfind("config.data.", 0) != 0) continue;
    for (size_t g = 0; g < groups.size(); ++g)
      for (const ComparedRun* run : groups[g])
        if (std::none_of(run->facts.begin(), run->facts.end(),
                         [&](const Fact& fact) { return fact.key == aspect.key; }))
          add_fact(aspect.in(""), "absent", g);
  }
}

/// Which figure a metric's definition is of: that of its name, or all where none is called so.
std::string defined_metric(const Aspect& aspect, const Groups& groups) {
  if (aspect.category != "metric definition" || aspect.key.rfind("config.", 0) != 0) return "";
  const std::string type = aspect.key.substr(aspect.key.rfind('.') + 1);
  for (const auto& runs : groups)
    for (const ComparedRun* run : runs)
      for (const auto& figure : run->figures)
        if (metric_base(figure.first) == type) return type;
  return "";
}

/// Whether `all` has every value with the groups that have it in `part`.
bool says_as_much(const Sides& all, const Sides& part) {
  return std::all_of(part.begin(), part.end(), [&](const Flag::Side& side) {
    return std::any_of(all.begin(), all.end(), [&](const Flag::Side& other) {
      return other.value == side.value && other.groups == side.groups;
    });
  });
}

/// One flag for the key, however many scopes it differs in. False where it differs in none.
bool make_flag(Aspect& aspect, const Groups& groups, Flag& flag) {
  std::set<size_t> marked;
  flag.values.resize(groups.size());
  if (aspect.category == "data split")  // what is said of a data set by its name comes first
    std::stable_partition(aspect.scopes.begin(), aspect.scopes.end(),
                          [](const auto& said) { return !said.first.empty(); });
  for (auto& [scope, sides] : aspect.scopes) {
    if (sides.size() < 2) continue;
    std::stable_sort(sides.begin(), sides.end(), [](const Flag::Side& a, const Flag::Side& b) {
      return a.runs != b.runs ? a.runs > b.runs : a.groups < b.groups;
    });
    const size_t told = marked.size();
    // Of two values the rarer is marked, of more each: no one of them is the usual.
    for (size_t i = sides.size() > 2 ? 0 : 1; i < sides.size(); ++i)
      marked.insert(sides[i].groups.begin(), sides[i].groups.end());
    for (const Flag::Side& side : sides)
      for (const size_t group : side.groups) flag.values[group][scope].insert(side.value);
    if (marked.size() == told) continue;
    const auto repeated = [&said = sides](const Flag::Difference& d) {
      return says_as_much(said, d.sides);
    };
    auto& told_before = flag.differences;
    told_before.erase(std::remove_if(told_before.begin(), told_before.end(), repeated),
                      told_before.end());
    told_before.push_back({scope, sides});
  }
  flag.category = aspect.category;
  flag.key = aspect.key;
  flag.effect = effect_of(aspect.category);
  flag.metric = defined_metric(aspect, groups);
  flag.marked.assign(marked.begin(), marked.end());
  return !marked.empty();
}

std::string sides_text(const Sides& sides) {
  std::map<size_t, int> counts;  // a row that mixes settings may have several values
  for (const Flag::Side& side : sides)
    for (const size_t group : side.groups) ++counts[group];
  const auto is_mixed = [&](size_t group) { return counts[group] > 1; };
  std::vector<std::string> parts;
  constexpr size_t shown = 12;
  for (size_t i = 0; i < std::min(sides.size(), shown); ++i) {
    const Flag::Side& side = sides[i];
    const bool some = std::any_of(side.groups.begin(), side.groups.end(), is_mixed);
    parts.push_back(
        fmt::format("{} in {}{}", side.value,
                    some ? fmt::format("{} run{} of ", side.runs, side.runs > 1 ? "s" : "") : "",
                    rows_text(side.groups)));
  }
  if (sides.size() > shown) parts.push_back(fmt::format("{} more values", sides.size() - shown));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string mark(size_t index) {
  std::string letters;
  for (size_t i = index + 1; i > 0; i = (i - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('a' + (i - 1) % 26));
  return letters;
}

}  // namespace

std::string row_list(const std::vector<size_t>& groups) {
  std::string text;
  for (size_t i = 0; i < groups.size();) {
    size_t last = i;  // runs of neighbours as a range
    while (last + 1 < groups.size() && groups[last + 1] == groups[last] + 1) ++last;
    if (last < i + 2) last = i;
    const bool ends = last + 1 == groups.size();
    if (!text.empty()) text += ends ? " and " : ", ";
    text += std::to_string(groups[i] + 1);
    if (last > i) text += fmt::format(" to {}", groups[last] + 1);
    i = last + 1;
  }
  return text;
}

std::string counted(size_t count, const char* one, const char* several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

std::string rows_text(const std::vector<size_t>& groups) {
  return fmt::format("row{} {}", groups.size() > 1 ? "s" : "", row_list(groups));
}

std::string metric_base(const std::string& name) {
  std::string base = name;
  for (const std::string split : {"train.", "validation."})
    if (base.rfind(split, 0) == 0) base.erase(0, split.size());
  return base.substr(0, base.find('.'));
}

bool Flag::between(size_t a, size_t b) const {
  return std::any_of(values[a].begin(), values[a].end(), [&](const auto& said) {
    const auto other = values[b].find(said.first);
    return other != values[b].end() && other->second != said.second;
  });
}

bool Flag::concerns(const ComparedMetric& compared) const {
  if (category == "machine" || (!metric.empty() && metric != metric_base(compared.name)))
    return false;
  return key != "stages[].epochs of classify" || compared.figure.of_labels || compared.figure.cost;
}

bool Flag::forbids(const ComparedMetric& compared) const {
  return (category == "metric definition" || category == "preprocessing" ||
          category == "data files") &&
         concerns(compared);
}

std::string Flag::text() const {
  std::vector<std::string> parts;
  for (const Difference& difference : differences)
    parts.push_back(fmt::format("{}{}",
                                !difference.scope.empty() ? '(' + difference.scope + ") is "
                                : category == "epochs"    ? "in all is "
                                                          : "is ",
                                sides_text(difference.sides)));
  return fmt::format("{}: {} {}; {}", category, key, fmt::join(parts, ", and "), effect);
}

std::vector<Flag> find_flags(const Groups& groups, const std::vector<Factor>& factors) {
  std::vector<Flag> flags;
  auto aspects = aspects_of(groups, factors);
  add_absent(aspects, groups);
  for (Aspect& aspect : aspects) {
    Flag flag;
    if (is_factor(aspect, factors) || !make_flag(aspect, groups, flag)) continue;
    flag.mark = mark(flags.size());
    flags.push_back(std::move(flag));
  }
  return flags;
}

}  // namespace strata
