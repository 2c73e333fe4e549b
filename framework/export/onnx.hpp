#pragma once
// A traced model as an ONNX file. Implemented in onnx.cpp.
#include "strata/export/exported_model.hpp"

namespace strata {

/// The file's bytes. Throws UserError, naming the layer, where an operation has no form in ONNX
/// (export/onnx_operations.cpp).
std::string to_onnx(const ExportedModel& model);

}  // namespace strata
