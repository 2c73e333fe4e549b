#include "strata/export/traced.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <fmt/format.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <set>
#include <sstream>

#include "strata/core/exported_form.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

namespace jit = torch::jit;

constexpr int64_t kTriedBatch = 5;

/// A module for each part of a tensor's name, as Python's state_dict() joins them again.
void place(jit::Module within, const std::string& path, const std::string& name,
           const Tensor& value, bool is_buffer) {
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return within.register_parameter(name, value, is_buffer);
  const std::string first = name.substr(0, dot), below = path + "_" + first;
  if (!within.hasattr(first)) within.register_module(first, jit::Module(below));
  place(within.attr(first).toModule(), below, name.substr(dot + 1), value, is_buffer);
}

jit::Module module_of(const ExportedModel& model) {
  const std::string type = "__torch__.strata_model";
  jit::Module module(type);
  for (const Parameter& p : model.parameters()) place(module, type, p.name, p.value, false);
  for (const Parameter& p : model.buffers()) place(module, type, p.name, p.value, true);
  return module;
}

std::string layer_text(const PlacedLayer& layer) {
  return fmt::format("{} ({})", layer.name, layer.type);
}

/// Samples of values from 0 to 1.
Tensor samples(const ExportedModel& model, int64_t batch) {
  const int64_t count = batch * element_count(model.input());
  return at::arange(count, at::kDouble)
      .mul(0.7)
      .sin()
      .abs()
      .to(model.dtype)
      .view(batch_shape(batch, model.input()));
}

Tensor forward(const ExportedModel& model, Tensor x) {
  ForwardContext context;
  const auto state = jit::tracer::getTracingState();
  for (const std::string& block : model.blocks)
    for (const PlacedLayer& layer : model.stack->block(block).layers) {
      context.layer = layer.name;
      if (!state) {
        x = layer.layer->forward(x, context);
        continue;
      }
      const auto scope = state->graph->current_scope()->push(c10::Symbol::scope(layer_text(layer)));
      const jit::WithCurrentScope within(*state->graph, scope);
      x = exported_forward(*layer.layer, x, context);
    }
  return x;
}

/// Shapes that begin with the number of samples hold for any number.
void let_any_batch(jit::Graph& graph) {
  static const std::set<std::string> reshaping{"aten::view", "aten::reshape", "aten::expand",
                                               "aten::_unsafe_view"};
  for (jit::Node* node : graph.nodes()) {
    if (reshaping.count(node->kind().toQualString()) == 0) continue;
    jit::Node* sizes = node->input(1)->node();
    if (sizes->kind() != c10::prim::ListConstruct || sizes->inputs().empty()) continue;
    const auto first = jit::toIValue(sizes->input(0));
    if (!first || !first->isInt() || first->toInt() != traced_batch) continue;
    const auto shape = node->output()->type()->expectRef<c10::TensorType>().sizes();
    const jit::WithInsertPoint here(sizes);
    sizes->replaceInput(0, graph.insertConstant(-1));
    for (size_t i = 1; i < sizes->inputs().size(); ++i)
      sizes->replaceInput(i, graph.insertConstant(shape[i].value()));
  }
}

/// Refuses what only strata knows, and memory that something unseen fills.
void refuse_unseen(jit::Graph& graph) {
  for (jit::Node* node : graph.nodes()) {
    const std::string kind = node->kind().toQualString();
    const bool known = node->kind().is_aten() || node->kind().is_prim();
    if (known && kind.find("empty") == std::string::npos) continue;
    throw UserError(fmt::format("layer {} has no export: it computes by {}; {}",
                                node->scope()->name().toUnqualString(),
                                known ? "code that LibTorch does not see" : kind, export_advice()));
  }
}

/// Both ways on other samples, and another number of them.
void compare(const ExportedModel& model, jit::Module& module) {
  const Tensor x = samples(model, kTriedBatch);
  const Tensor expected = forward(model, x), y = module.forward({x}).toTensor();
  if (y.sizes() != expected.sizes() || !at::allclose(y, expected, 1e-5, 1e-5))
    throw UserError(
        "what was recorded gives other outputs for other samples: a layer depends on more than its "
        "input, or its sizes on the batch; " +
        export_advice());
}

}  // namespace

std::string export_advice() {
  return "its file can say how it computes in LibTorch's operations alone (docs/exporting.md, 'A "
         "layer of your own')";
}

TracedModel trace(const ExportedModel& model) {
  const at::NoGradGuard no_grad;
  TracedModel traced{module_of(model), nullptr};
  const auto run = [&](jit::Stack input) -> jit::Stack {
    return {forward(model, input[0].toTensor())};
  };
  const Tensor x = samples(model, traced_batch);
  traced.graph = jit::tracer::trace({x}, run, [](const Tensor&) { return std::string(); },
                                    /*strict=*/true, /*force_outplace=*/false, &traced.module,
                                    {exported_input})
                     .first->graph;
  let_any_batch(*traced.graph);
  refuse_unseen(*traced.graph);
  jit::EliminateDeadCode(traced.graph);
  const c10::QualifiedName name(*traced.module.type()->name(), "forward");
  traced.module.type()->addMethod(
      traced.module._ivalue()->compilation_unit()->create_function(name, traced.graph));
  compare(model, traced.module);
  return traced;
}

std::string to_torchscript(const ExportedModel& model) {
  std::ostringstream file;
  trace(model).module.save(file, {{"strata.json", Json(model.metadata).dump(2)}});
  return file.str();
}

}  // namespace strata
