#pragma once
// A trained model as files that others read. Implemented in exported_model.cpp.
//
//   trained run -> ExportedModel -> safetensors
//                                -> traced once (traced.hpp) -> TorchScript
//                                                            -> ONNX (onnx.hpp)
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "strata/inference/trained_run.hpp"

namespace strata {

/// A way through a stack, and what its file says of it.
struct ExportedModel {
  std::shared_ptr<const Stack> stack;  ///< on the CPU
  std::vector<std::string> blocks;
  at::ScalarType dtype = at::kFloat;  ///< float32 or float64
  std::map<std::string, std::string> metadata;

  const Shape& input() const { return stack->block(blocks.front()).input; }
  const Shape& output() const { return stack->block(blocks.back()).output; }
  /// What its layers have learned; also a layer's whose weights one of them shares.
  std::vector<Parameter> parameters() const;
  std::vector<Parameter> buffers() const;
};

/// The names that inputs and outputs have in files.
inline constexpr const char* exported_input = "input";
inline constexpr const char* exported_output = "output";

/// "model": from images to the head's outputs, or, of a stage that learned to rebuild them, to
/// images again; "encoder": to the innermost code; "decoder": from there to images.
extern const std::vector<std::string> exported_parts;

/// A part of a run whose stack is on the CPU, its numbers converted to `dtype`. Throws UserError
/// where the run's stage has no such part.
ExportedModel exported_model(const TrainedRun& run, const std::string& part, at::ScalarType dtype);

/// A form of file.
struct ExportFormat {
  std::string name, extension;
  std::string (*bytes)(const ExportedModel&);  ///< throws UserError naming the layer it cannot take
};
const std::vector<ExportFormat>& export_formats();

}  // namespace strata
