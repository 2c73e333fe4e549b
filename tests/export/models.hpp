#pragma once
// Models to export: each layer that there is, alone, and whole networks.
#include "features/experiment.hpp"
#include "strata/contract/example.hpp"
#include "strata/export/exported_model.hpp"

namespace strata::testing {

inline ExportedModel of_stack(std::shared_ptr<Stack> stack, std::vector<std::string> blocks,
                              at::ScalarType dtype = at::kFloat) {
  stack->build(1, dtype, at::kCPU);
  ExportedModel model;
  model.stack = std::move(stack);
  model.blocks = std::move(blocks);
  model.dtype = dtype;
  model.metadata = {{"run", "made"}};
  return model;
}

/// A layer alone, as a file would name it.
inline ExportedModel of_layer(const std::string& yaml, const Shape& input,
                              at::ScalarType dtype = at::kFloat) {
  LayerContext context;
  context.classes = 5;
  auto stack = std::make_shared<Stack>();
  stack->add("layer", {read_component(Layer::family, yaml)}, input, {-2, 2}, context);
  return of_stack(stack, {"layer"}, dtype);
}

/// Blocks of an experiment's stack.
inline ExportedModel of_experiment(const std::string& yaml, std::vector<std::string> blocks) {
  const Planned planned(yaml);
  REQUIRE(planned.mistake() == "");
  return of_stack(planned.plan.stack, std::move(blocks));
}

/// By name: every layer that is registered, with each shape of sample that it takes, and networks
/// that are mirrored, tied, convolved and classified.
inline std::map<std::string, ExportedModel> every_model() {
  std::map<std::string, ExportedModel> models;
  const Registry& registry = Registry::instance();
  for (const std::string& name : registry.names(Layer::family)) {
    const std::string& example = registry.find(Layer::family, name)->params.example;
    for (const Shape& shape : {Shape{6}, Shape{1, 8, 8}, Shape{2, 7, 5}}) try {
        models.emplace(name + "-" + shape_text(shape),
                       of_layer(example.empty() ? name : example, shape));
      } catch (const LayerError&) {  // it takes no such sample
      }
  }
  const std::string data = "name: made\ndata: {dataset: synthetic_digits}\n";
  const std::vector<std::string> there_and_back{"encoder.0", "encoder.1", "decoder.1", "decoder.0"};
  for (const char* tied : {"true", "false"}) {
    const std::string network = data + "tied: " + tied + "\npretrain: {epochs: 1}\n" +
                                "encoder:\n"
                                "  - [{type: conv2d, channels: 3, kernel: 4, stride: 3}, tanh]\n"
                                "  - [{type: linear, units: 7}, sigmoid]\n";
    models.emplace(std::string("tied-") + tied, of_experiment(network, there_and_back));
    models.emplace(std::string("decoder-tied-") + tied,
                   of_experiment(network, {"decoder.1", "decoder.0"}));
  }
  models.emplace(
      "pooled", of_experiment(data + "pretrain: {epochs: 1}\nencoder:\n"
                                     "  - [{type: conv2d, channels: 2}, relu, {type: max_pool2d, "
                                     "size: 3, stride: 2}]\n  - [{type: linear, units: 7}, tanh]\n",
                              there_and_back));
  models.emplace("classifier", of_experiment(data + "encoder: [[{type: linear, units: 9}, tanh]]\n"
                                                    "classify: {epochs: 1}\n",
                                             {"encoder.0", "head"}));
  return models;
}

}  // namespace strata::testing
