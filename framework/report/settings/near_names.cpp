#include "strata/report/settings/near_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "strata/yaml/issues.hpp"

namespace strata {
namespace {

constexpr size_t few_names = 12, most_near = 5;

/// "pretrain.optimizer.lr", "optimizer.lr" and "lr" of each name, each once.
std::vector<std::string> ends_of(const std::vector<std::string>& names) {
  std::vector<std::string> ends = names;
  for (const std::string& name : names)
    for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
      ends.push_back(name.substr(dot + 1));
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  return ends;
}

bool has_end(const std::string& name, const std::string& end) {
  return name.size() >= end.size() &&
         name.compare(name.size() - end.size(), end.size(), end) == 0 &&
         (name.size() == end.size() || name[name.size() - end.size() - 1] == '.');
}

}  // namespace

std::string near_names(const std::string& name, const std::vector<std::string>& known,
                       const std::string& how_to_see_all) {
  if (known.size() <= few_names) return suggestion(name, known);
  std::vector<std::string> near;
  const auto add = [&](const std::string& candidate) {
    if (near.size() < most_near && std::find(near.begin(), near.end(), candidate) == near.end())
      near.push_back(candidate);
  };
  std::vector<std::string> ends = ends_of(known);
  for (std::string guess; near.size() < most_near && !(guess = nearest(name, ends)).empty();) {
    for (const std::string& candidate : known)
      if (has_end(candidate, guess)) add(candidate);
    ends.erase(std::find(ends.begin(), ends.end(), guess));
  }
  for (const std::string& candidate : known)
    if (name.size() > 2 && candidate.find(name) != std::string::npos) add(candidate);
  if (near.empty())
    return fmt::format("; none of the {} is like it ({})", known.size(), how_to_see_all);
  return fmt::format("; near it: {} (of {}: {})", fmt::join(near, ", "), known.size(),
                     how_to_see_all);
}

}  // namespace strata
