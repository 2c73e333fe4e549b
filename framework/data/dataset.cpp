#include "strata/data/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace strata {
namespace {

std::string part_mistake(const Samples& part, const DatasetInfo& info, const std::string& name) {
  if (part.shape != info.sample_shape)
    return fmt::format("the {} has samples of {}, info() says {}", name, shape_text(part.shape),
                       shape_text(info.sample_shape));
  if (!part.values.empty() || !part.targets.empty())
    return fmt::format("the {} holds floats, and this strata trains on bytes and classes", name);
  if (part.count() == 0) return fmt::format("the {} is empty", name);
  const auto bytes = static_cast<size_t>(part.count() * element_count(part.shape));
  if (part.pixels.size() != bytes)
    return fmt::format("the {} has {} labels but {} bytes of pixels; {} are expected", name,
                       part.count(), part.pixels.size(), bytes);
  const int64_t largest = *std::max_element(part.labels.begin(), part.labels.end());
  if (largest >= info.classes)
    return fmt::format("the {} has label {}, and there are {} classes", name, largest,
                       info.classes);
  return {};
}

}  // namespace

int64_t element_count(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const int64_t size : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(size);
  }
  return text;
}

std::string loading_mistake(const LoadedData& data, const DatasetInfo& info) {
  const std::string mistake = part_mistake(data.train, info, "training set");
  return mistake.empty() ? part_mistake(data.test, info, "test set") : mistake;
}

}  // namespace strata
