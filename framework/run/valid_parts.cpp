#include "strata/run/valid_parts.hpp"

#include <algorithm>

namespace strata {
namespace {

/// "encoder[0]" holds itself and "encoder[0][1].units", and not "encoder[01]".
bool holds(const std::string& part, const std::string& path) {
  return path.compare(0, part.size(), part) == 0 &&
         (path.size() == part.size() || path[part.size()] == '.' || path[part.size()] == '[');
}

}  // namespace

ValidParts::ValidParts(const Issues& issues) {
  for (const Issue& issue : issues.all())
    if (!issue.warning) mistaken_.push_back(issue.path);
  // What is more was reported elsewhere, before.
  any_ = static_cast<size_t>(issues.errors()) == mistaken_.size() &&
         std::count(mistaken_.begin(), mistaken_.end(), "") == 0;
}

bool ValidParts::has(const std::string& path) const {
  return any_ && std::none_of(mistaken_.begin(), mistaken_.end(), [&](const std::string& mistake) {
           return holds(mistake, path) || holds(path, mistake);
         });
}

}  // namespace strata
