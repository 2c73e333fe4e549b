#include "strata/run/resource_check.hpp"

#include <fmt/format.h>

namespace strata {
namespace {

/// "15.6 GiB"
std::string bytes_text(double bytes) {
  const char* units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
  size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < std::size(units); ++unit) bytes /= 1024;
  return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, units[unit]);
}

/// The largest integer written in a layer's map, which made it as large as it is; else the layer.
const Node& largest_number(const Node& layer) {
  const Node* found = &layer;
  double largest = 0;
  for (const Node::Entry& entry : layer.entries) {
    const char* text = entry.value.scalar.c_str();
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (end == text || *end != '\0' || value <= largest) continue;
    largest = value;
    found = &entry.value;
  }
  return *found;
}

void report(const PlacedLayer& layer, const std::string& message, const Node& tree,
            Issues& issues) {
  const Node* written = find_path(tree, layer.ref.path);
  if (written == nullptr) return issues.error(tree.origin, layer.ref.path, message);
  const Node& number = largest_number(*written);
  issues.error(number.origin, number.path, message);
}

}  // namespace

void check_sizes(const DataSettings& data, const DataContext& context, const Node& tree,
                 Issues& issues) {
  const auto sizes =
      of_component(data.dataset, "sizes()", [&] { return make(data.dataset)->sizes(context); });
  if (!sizes) return;
  for (const SizeMistake& mistake : size_mistakes(*sizes, data)) {
    const Node* node = find_path(tree, mistake.path);
    issues.error(node != nullptr ? node->origin : tree.origin, mistake.path, mistake.message);
  }
}

void check_memory(const Plan& plan, int64_t memory, const Node& tree, Issues& issues) {
  const double each = plan.experiment.dtype == "float64" ? 8 : 4,
               most = static_cast<double>(memory);
  const auto bytes = [each](const PlacedLayer& layer) {
    return each * static_cast<double>(layer.parameters);
  };
  double total = 0;
  const PlacedLayer* largest = nullptr;
  for (const auto& block : plan.stack->blocks()) {
    for (const PlacedLayer& layer : block->layers) {
      total += bytes(layer);
      if (largest == nullptr || bytes(layer) > bytes(*largest)) largest = &layer;
      if (2 * bytes(layer) <= most) continue;
      // Those after it may be large by its output alone.
      return report(
          layer,
          fmt::format("the {} parameters of layer '{}' would take {} of memory, and their "
                      "gradients as much again; this machine has {}, expected a size that fits",
                      layer.parameters, layer.type, bytes_text(bytes(layer)), bytes_text(most)),
          tree, issues);
    }
  }
  if (total > most)
    report(*largest,
           fmt::format("the parameters of all layers would take {} of memory, {} of it in this "
                       "layer; this machine has {}, expected a size that fits",
                       bytes_text(total), bytes_text(bytes(*largest)), bytes_text(most)),
           tree, issues);
}

}  // namespace strata
