#include "strata/report/comparability.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace strata {
namespace {

using Groups = std::vector<std::vector<const ComparedRun*>>;
using Sides = std::vector<Flag::Side>;

/// What the runs say under one key, by scope, both in the order of first sight.
struct Aspect {
  std::string category, key;
  std::vector<std::pair<std::string, Sides>> scopes;
  std::map<std::string, size_t> index;

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
      {"machine", "compare no timings"},
  };
  const auto found = effects.find(category);
  return found == effects.end() ? "" : found->second;
}

/// --by pretrain.epochs makes the number of epochs the factor, --by dtype the dtype, --by
/// train_size the size of that split.
bool is_factor(const Aspect& aspect, const std::vector<std::string>& factors) {
  return std::any_of(factors.begin(), factors.end(), [&](const std::string& factor) {
    if (aspect.key == "config." + factor) return true;
    if (aspect.category == "epochs")
      return factor == aspect.key.substr(aspect.key.rfind(' ') + 1) + ".epochs";
    for (const char* split : {"train", "validation", "test"})
      if (aspect.key == fmt::format("data.splits.{}.count", split))
        return factor == fmt::format("data.{}_size", split);
    return false;
  });
}

void add_fact(Sides& sides, const std::string& value, size_t group) {
  auto side = std::find_if(sides.begin(), sides.end(),
                           [&](const Flag::Side& s) { return s.value == value; });
  if (side == sides.end()) side = sides.insert(side, Flag::Side{value, {}, 0});
  if (side->groups.empty() || side->groups.back() != group) side->groups.push_back(group);
  ++side->runs;
}

std::vector<Aspect> aspects_of(const Groups& groups) {
  std::vector<Aspect> aspects;
  std::map<std::string, size_t> index;
  for (size_t g = 0; g < groups.size(); ++g)
    for (const ComparedRun* run : groups[g])
      for (const Fact& fact : run->facts) {
        const auto [found, is_new] = index.emplace(fact.key, aspects.size());
        if (is_new) aspects.push_back({fact.category, fact.key, {}, {}});
        add_fact(aspects[found->second].in(fact.scope), fact.value, g);
      }
  return aspects;
}

/// One flag for the key, however many scopes it differs in. False where it differs in none.
bool make_flag(Aspect& aspect, Flag& flag) {
  std::set<size_t> marked;
  for (auto& [scope, sides] : aspect.scopes) {
    if (sides.size() < 2) continue;
    std::stable_sort(sides.begin(), sides.end(),
                     [](const Flag::Side& a, const Flag::Side& b) { return a.runs > b.runs; });
    for (size_t i = 1; i < sides.size(); ++i)
      marked.insert(sides[i].groups.begin(), sides[i].groups.end());
    if (!flag.sides.empty()) continue;
    flag.scope = scope;
    flag.sides = sides;
  }
  flag.category = aspect.category;
  flag.key = aspect.key;
  flag.effect = effect_of(aspect.category);
  flag.marked.assign(marked.begin(), marked.end());
  return !marked.empty();
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

std::string rows_text(const std::vector<size_t>& groups) {
  return fmt::format("row{} {}", groups.size() > 1 ? "s" : "", row_list(groups));
}

std::string Flag::text() const {
  std::map<size_t, int> values;  // a row that mixes settings may have several
  for (const Side& side : sides)
    for (const size_t group : side.groups) ++values[group];
  const auto is_mixed = [&](size_t group) { return values[group] > 1; };
  std::vector<std::string> parts;
  constexpr size_t shown = 4;
  for (size_t i = 0; i < std::min(sides.size(), shown); ++i) {
    const Side& side = sides[i];
    const bool some = std::any_of(side.groups.begin(), side.groups.end(), is_mixed);
    parts.push_back(
        fmt::format("{} in {}{}", side.value,
                    some ? fmt::format("{} run{} of ", side.runs, side.runs > 1 ? "s" : "") : "",
                    rows_text(side.groups)));
  }
  if (sides.size() > shown) parts.push_back(fmt::format("{} more values", sides.size() - shown));
  return fmt::format("{}: {}{} is {}; {}", category, key, scope.empty() ? "" : " (" + scope + ")",
                     fmt::join(parts, ", "), effect);
}

std::vector<Flag> find_flags(const Groups& groups, const std::vector<std::string>& factors) {
  std::vector<Flag> flags;
  for (Aspect& aspect : aspects_of(groups)) {
    Flag flag;
    if (is_factor(aspect, factors) || !make_flag(aspect, flag)) continue;
    flag.mark = mark(flags.size());
    flags.push_back(std::move(flag));
  }
  return flags;
}

}  // namespace strata
