#include "strata/run/layer_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace strata {
namespace {

std::optional<LayerError> refusal(const Slot<Layer>& slot, const Shape& input) {
  try {
    make(slot)->configure(input, {});
  } catch (const LayerError& e) {
    return e;
  } catch (...) {  // of its code; it is told where the layer is placed
  }
  return std::nullopt;
}

bool is_reported(const Slot<Layer>& slot, const Issues& issues) {
  return std::any_of(issues.all().begin(), issues.all().end(),
                     [&](const Issue& issue) { return issue.path == slot.path; });
}

}  // namespace

void report_misfit(const Slot<Layer>& layer, const LayerError& refusal, Issues& issues) {
  issues.error(layer.origin, layer.path,
               fmt::format("{} does not fit: {}", component_name(*layer.info), refusal.what()));
}

void check_unplaced(const std::vector<LayerList>& encoder, size_t first, const ValidParts& sound,
                    Issues& issues) {
  for (size_t k = first; k < encoder.size(); ++k)
    for (const Slot<Layer>& layer : encoder[k]) {
      if (!sound.has(layer) || is_reported(layer, issues)) continue;
      // What it says of two inputs as unlike as these is not about its input.
      const auto of_vector = refusal(layer, {100}), of_images = refusal(layer, {3, 64, 64});
      if (of_vector && of_images && std::string(of_vector->what()) == of_images->what())
        report_misfit(layer, *of_vector, issues);
    }
}

}  // namespace strata
