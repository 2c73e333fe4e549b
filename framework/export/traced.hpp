#pragma once
// A model as a graph of LibTorch's operations, recorded while it computes. Implemented in
// traced.cpp.
#include <torch/csrc/jit/api/module.h>

#include "strata/export/exported_model.hpp"

namespace strata {

/// How many samples it was recorded with: where a shape in the graph begins so, any number goes.
inline constexpr int64_t traced_batch = 17;

struct TracedModel {
  torch::jit::Module module;  ///< its tensors have strata's names; forward(input) is the graph
  std::shared_ptr<torch::jit::Graph> graph;
};

/// Every operation knows its layer: Node::scope() is named "encoder.0.1 (tanh)". Throws UserError,
/// naming the layer, where one computes otherwise than by LibTorch's operations, and where the
/// graph gives other outputs than the stack for another number of samples.
TracedModel trace(const ExportedModel& model);

/// The same in words for messages: what a layer's author can do.
std::string export_advice();

/// The traced module as torch.jit.load() reads it; the metadata as JSON in its file "strata.json".
std::string to_torchscript(const ExportedModel& model);

}  // namespace strata
