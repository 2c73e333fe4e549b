#pragma once
// An ONNX graph that is being written: opset 13, the fields of onnx.proto by number. Implemented in
// onnx_graph.cpp.
#include <map>
#include <string>
#include <vector>

#include "strata/core/tensor.hpp"
#include "strata/support/protobuf.hpp"

namespace strata {

/// An attribute of a node.
class OnnxAttribute {
 public:
  OnnxAttribute(const char* name, int64_t value);
  OnnxAttribute(const char* name, double value);
  OnnxAttribute(const char* name, const char* value);
  OnnxAttribute(const char* name, const std::vector<int64_t>& values);
  const ProtoFields& fields() const { return fields_; }

 private:
  ProtoFields fields_;
};

/// A value in the graph is known by its name.
class OnnxGraph {
 public:
  /// From here on names begin with this: "encoder.0.1".
  void within(const std::string& layer) { layer_ = layer; }

  /// A constant of the file; without a name, one is made.
  std::string constant(const Tensor& value, std::string name = "");

  /// The output of a new node.
  std::string node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<OnnxAttribute>& attributes = {});

  /// Gives a value the name of the graph's output.
  void rename_output(const std::string& value, const std::string& name);

  /// The whole file. Sizes are a sample's; the number of samples is "batch".
  std::string file(const std::string& name, at::ScalarType dtype,
                   const std::pair<std::string, Shape>& input,
                   const std::pair<std::string, Shape>& output,
                   const std::map<std::string, std::string>& metadata) const;

 private:
  std::string new_name(const std::string& what);

  std::string layer_;
  std::map<std::string, int> used_;
  std::vector<ProtoFields> nodes_, constants_;
};

}  // namespace strata
