#include "strata/export/exported_model.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "strata/export/onnx.hpp"
#include "strata/export/traced.hpp"
#include "strata/support/version.hpp"
#include "strata/train/safetensors.hpp"

namespace strata {
namespace {

/// The tensors of these blocks, and those of the layers whose weights they share.
std::vector<Parameter> with_shared(
    const ExportedModel& model,
    std::vector<Parameter> (Stack::*tensors)(const std::vector<std::string>&) const) {
  std::vector<Parameter> found = (model.stack.get()->*tensors)(model.blocks);
  const auto has = [&](const Parameter& p) {
    return std::any_of(found.begin(), found.end(),
                       [&](const Parameter& other) { return other.name == p.name; });
  };
  for (const std::string& block : model.blocks)
    for (const PlacedLayer& layer : model.stack->block(block).layers)
      if (!layer.tied_to.empty())
        for (const auto& other : model.stack->blocks())
          for (const Parameter& p : (model.stack.get()->*tensors)({other->name}))
            if (names_part(layer.tied_to, p.name) && !has(p)) found.push_back(p);
  return found;
}

/// The stack in another dtype, with what the run's has learned.
std::shared_ptr<Stack> converted(const TrainedRun& run, at::ScalarType dtype) {
  const at::NoGradGuard no_grad;
  std::vector<std::string> blocks;
  for (const auto& block : run.stack().blocks()) blocks.push_back(block->name);
  std::vector<Tensor> learned;
  for (const Parameter& p : run.stack().tensors(blocks)) learned.push_back(p.value);
  run.plan.stack->build(0, dtype, at::kCPU);
  const std::vector<Parameter> built = run.stack().tensors(blocks);
  for (size_t i = 0; i < built.size(); ++i) built[i].value.copy_(learned[i]);
  return run.plan.stack;
}

std::vector<std::string> way_of(const TrainedRun& run, const std::string& part) {
  if (part == "encoder") return run.encoding();
  if (part == "decoder") return run.decoding();
  if (run.stage().kind == StageKind::classify) return run.classifying();
  std::vector<std::string> way = run.encoding();
  for (const std::string& block : run.decoding()) way.push_back(block);
  return way;
}

Json described(const char* name, const Shape& shape, const ExportedModel& model,
               const std::string& meaning) {
  Json sizes = shape;
  sizes.insert(sizes.begin(), "batch");
  return {{"name", name},
          {"shape", sizes},
          {"dtype", model.dtype == at::kDouble ? "float64" : "float32"},
          {"meaning", meaning}};
}

std::string output_meaning(const TrainedRun& run, const ExportedModel& model) {
  if (model.blocks.back() == head_block()) {
    const Range& range = run.stack().block(head_block()).output_range;
    return range.within({0, 1}) ? "probabilities: the share of each class"
           : range.high <= 0    ? "log-probabilities: exp gives the probability of each class"
                                : "scores: softmax gives the probability of each class";
  }
  return code_blocks(model.blocks) == model.blocks.size() ? "code" : "pixels, 0 black and 1 white";
}

Json layers_of(const ExportedModel& model) {
  Json layers = Json::array();
  for (const std::string& block : model.blocks)
    for (const PlacedLayer& layer : model.stack->block(block).layers)
      layers.push_back({{"name", layer.name},
                        {"type", layer.type},
                        {"input_shape", layer.input},
                        {"output_shape", layer.output}});
  return layers;
}

std::string safetensors(const ExportedModel& model) {
  std::vector<Parameter> tensors = model.parameters();
  for (const Parameter& buffer : model.buffers()) tensors.push_back(buffer);
  return to_safetensors(tensors, model.metadata);
}

}  // namespace

const std::vector<std::string> exported_parts{"model", "encoder", "decoder"};

std::vector<Parameter> ExportedModel::parameters() const {
  return with_shared(*this, &Stack::parameters);
}

std::vector<Parameter> ExportedModel::buffers() const {
  return with_shared(*this, &Stack::buffers);
}

ExportedModel exported_model(const TrainedRun& run, const std::string& part, at::ScalarType dtype) {
  ExportedModel model;
  model.blocks = way_of(run, part);
  model.stack = converted(run, dtype);
  model.dtype = dtype;
  const bool images = part != "decoder";
  const auto text = [](const Json& json) { return json.dump(); };
  model.metadata = {{"producer", fmt::format("strata {}", build_version)},
                    {"run", run.record.at("name").get<std::string>() + "/" +
                                run.record.at("run_id").get<std::string>()},
                    {"stage", run.stage().name},
                    {"part", part},
                    {"input", text(described(exported_input, model.input(), model,
                                             images ? "pixels, 0 black and 1 white" : "code"))},
                    {"output", text(described(exported_output, model.output(), model,
                                              output_meaning(run, model)))},
                    {"layers", text(layers_of(model))}};
  if (images) model.metadata["preprocessing"] = "pixels of 0 to 255 are divided by 255";
  if (model.blocks.back() == head_block()) model.metadata["classes"] = text(run.class_names);
  return model;
}

const std::vector<ExportFormat>& export_formats() {
  static const std::vector<ExportFormat> formats{{"safetensors", "safetensors", safetensors},
                                                 {"torchscript", "pt", to_torchscript},
                                                 {"onnx", "onnx", to_onnx}};
  return formats;
}

}  // namespace strata
