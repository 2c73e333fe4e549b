#pragma once
// One traced operation, as its conversion to ONNX reads and replaces it. Implemented in
// onnx_call.cpp; the conversions are in onnx_operations.cpp.
#include <torch/csrc/jit/ir/ir.h>

#include <functional>

#include "strata/export/onnx_graph.hpp"

namespace strata {

class OnnxCall {
 public:
  using Names = std::map<const torch::jit::Value*, std::string>;

  /// All of them outlive it. `names` are those of the values converted so far.
  OnnxCall(OnnxGraph& graph, const Names& names, const torch::jit::Node& node, at::ScalarType dtype)
      : graph_(graph), names_(names), node_(node), dtype_(dtype) {}

  // The arguments, by their place in LibTorch's signature.
  size_t size() const;
  bool is_none(size_t i) const;
  int64_t integer(size_t i) const;
  bool truth(size_t i) const { return integer(i) != 0; }
  double number(size_t i) const;
  std::string string(size_t i) const;
  std::vector<int64_t> integers(size_t i) const;
  /// A list for height and width, in which one number stands for both.
  std::vector<int64_t> sides(size_t i) const;
  /// A tensor, or a number, by its name.
  std::string operator[](size_t i) const;
  std::vector<std::string> list(size_t i) const;
  Shape shape(size_t i) const;  ///< of a tensor, as it was traced
  Shape output_shape() const;
  bool changes_dtype() const;  ///< the output has another than the first argument

  // What replaces it.
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<OnnxAttribute>& attributes = {}) const {
    return graph_.node(op, inputs, attributes);
  }
  std::string constant(double value) const;
  std::string constant(const std::vector<int64_t>& values) const;
  std::string constant(const Tensor& value) const { return graph_.constant(value); }
  at::ScalarType dtype() const { return dtype_; }

 private:
  c10::IValue value(size_t i) const;
  std::string name(const torch::jit::Value* value) const;

  OnnxGraph& graph_;
  const Names& names_;
  const torch::jit::Node& node_;
  at::ScalarType dtype_;
};

/// Gives the name of what replaces an operation; "" where ONNX has nothing for these arguments.
using OnnxConversion = std::function<std::string(const OnnxCall&)>;

/// The conversion of an operation ("aten::tanh"); nullptr where there is none.
const OnnxConversion* onnx_conversion(const std::string& operation);

}  // namespace strata
