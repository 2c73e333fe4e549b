#include "strata/run/model_summary.hpp"

namespace strata {

Json model_summary(const Stack& stack) {
  Json blocks = Json::array();
  int64_t total = 0;
  for (const auto& block : stack.blocks()) {
    Json layers = Json::array();
    for (const PlacedLayer& layer : block->layers) {
      layers.push_back({{"name", layer.name},
                        {"type", layer.type},
                        {"input_shape", layer.input},
                        {"output_shape", layer.output},
                        {"parameters", layer.parameters}});
      if (!layer.tied_to.empty()) layers.back()["tied_to"] = layer.tied_to;
      if (layer.mirror.is_object()) layers.back()["mirror"] = layer.mirror;
    }
    total += block->parameters();
    blocks.push_back(
        {{"name", block->name}, {"parameters", block->parameters()}, {"layers", layers}});
  }
  return {{"parameters", total}, {"blocks", blocks}};
}

}  // namespace strata
