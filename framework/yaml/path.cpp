#include "strata/yaml/path.hpp"

#include <algorithm>
#include <charconv>

namespace strata {

std::optional<std::vector<PathStep>> parse_path(std::string_view text) {
  std::vector<PathStep> steps;
  for (size_t i = 0; i < text.size();) {
    PathStep step;
    step.offset = i;
    if (text[i] == '[') {
      const char* end = text.data() + text.size();
      const auto [rest, error] = std::from_chars(text.data() + i + 1, end, step.index);
      if (error != std::errc() || rest == end || *rest != ']') return std::nullopt;
      i = static_cast<size_t>(rest - text.data()) + 1;
    } else {
      if (text[i] == '.' && !steps.empty())
        step.offset = ++i;
      else if (!steps.empty())
        return std::nullopt;
      const size_t end = std::min(text.find_first_of(".[]", i), text.size());
      step.key = text.substr(i, end - i);
      if (step.key.empty()) return std::nullopt;
      i = end;
    }
    steps.push_back(std::move(step));
  }
  if (steps.empty()) return std::nullopt;
  return steps;
}

bool is_within(std::string_view path, std::string_view whole) {
  if (path.substr(0, whole.size()) != whole) return false;
  return path.size() == whole.size() || path[whole.size()] == '.' || path[whole.size()] == '[';
}

std::string path_below(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

std::string path_below(const std::string& path, size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

std::string last_part(const std::string& path) {
  return path.substr(path.rfind('.') + 1);
}

}  // namespace strata
