#include "strata/export/onnx.hpp"

#include <fmt/format.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>

#include <set>

#include "strata/export/onnx_call.hpp"
#include "strata/export/traced.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

namespace jit = torch::jit;

/// "encoder.0.0.weight", which the graph reads part by part from the module.
std::string path_of(const jit::Value* value) {
  const jit::Node* node = value->node();
  if (node->kind() != c10::prim::GetAttr) return "";
  const std::string before = path_of(node->input(0));
  return (before.empty() ? "" : before + ".") + node->s(c10::attr::name);
}

class Conversion {
 public:
  explicit Conversion(const ExportedModel& model) : model_(model), traced_(trace(model)) {
    std::shared_ptr<jit::Graph>& whole = traced_.graph;
    jit::ConstantPropagation(whole);
    names_[whole->inputs()[1]] = exported_input;
    for (jit::Node* node : whole->nodes()) add(*node);
    graph_.rename_output(names_.at(whole->outputs()[0]), exported_output);
  }

  std::string file() const {
    return graph_.file("strata_model", model_.dtype, {exported_input, model_.input()},
                       {exported_output, model_.output()}, model_.metadata);
  }

 private:
  void add(jit::Node& node) {
    if (node.kind() == c10::prim::GetAttr) return add_tensor(node.output());
    if (node.kind() == c10::prim::Constant || node.kind() == c10::prim::ListConstruct) return;
    const std::string layer = node.scope()->name().toUnqualString();
    const std::string operation = node.kind().toQualString();
    const OnnxConversion* const convert = onnx_conversion(operation);
    graph_.within(layer.substr(0, layer.find(' ')));
    std::string replaced;
    if (convert != nullptr && node.outputs().size() == 1)
      replaced = (*convert)({graph_, names_, node, model_.dtype});
    if (replaced.empty())
      throw UserError(fmt::format("layer {} has no export to ONNX: its {} has no form there; {}",
                                  layer, operation, export_advice()));
    names_[node.output()] = replaced;
  }

  /// What was learned, once for all that read it. The graph does not know its size.
  void add_tensor(jit::Value* value) {
    const std::string path = path_of(value);
    for (const auto& tensors : {model_.parameters(), model_.buffers()})
      for (const Parameter& p : tensors) {
        if (p.name != path) continue;
        value->inferTypeFrom(p.value);
        if (learned_.insert(path).second) graph_.constant(p.value, path);
        names_[value] = path;
      }
  }

  const ExportedModel& model_;
  TracedModel traced_;
  OnnxGraph graph_;
  OnnxCall::Names names_;
  std::set<std::string> learned_;
};

}  // namespace

std::string to_onnx(const ExportedModel& model) {
  return Conversion(model).file();
}

}  // namespace strata
