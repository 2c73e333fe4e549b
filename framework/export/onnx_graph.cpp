#include "strata/export/onnx_graph.hpp"

#include "strata/support/version.hpp"

namespace strata {
namespace {

constexpr int64_t kIrVersion = 7, kOpset = 13;

int64_t onnx_type(at::ScalarType dtype) {
  return dtype == at::kDouble ? 11 : dtype == at::kLong ? 7 : dtype == at::kBool ? 9 : 1;
}

std::string raw_bytes(const Tensor& value) {
  const Tensor whole = value.detach().contiguous();
  return {static_cast<const char*>(whole.data_ptr()), whole.nbytes()};
}

ProtoFields value_info(const std::string& name, const Shape& sample, at::ScalarType dtype) {
  ProtoFields shape;
  shape.message(1, ProtoFields().text(2, "batch"));
  for (const int64_t size : sample) shape.message(1, ProtoFields().integer(1, size));
  const ProtoFields tensor = ProtoFields().integer(1, onnx_type(dtype)).message(2, shape);
  return ProtoFields().text(1, name).message(2, ProtoFields().message(1, tensor));
}

}  // namespace

OnnxAttribute::OnnxAttribute(const char* name, int64_t value) {
  fields_.text(1, name).integer(3, value).integer(20, 2);
}
OnnxAttribute::OnnxAttribute(const char* name, double value) {
  fields_.text(1, name).float32(2, static_cast<float>(value)).integer(20, 1);
}
OnnxAttribute::OnnxAttribute(const char* name, const char* value) {
  fields_.text(1, name).text(4, value).integer(20, 3);
}
OnnxAttribute::OnnxAttribute(const char* name, const std::vector<int64_t>& values) {
  fields_.text(1, name);
  for (const int64_t value : values) fields_.integer(8, value);
  fields_.integer(20, 7);
}

std::string OnnxGraph::new_name(const std::string& what) {
  const std::string name = layer_.empty() ? what : layer_ + "/" + what;
  const int before = used_[name]++;
  return before == 0 ? name : name + "_" + std::to_string(before);
}

std::string OnnxGraph::constant(const Tensor& value, std::string name) {
  if (name.empty()) name = new_name("constant");
  ProtoFields fields;
  for (const int64_t size : value.sizes()) fields.integer(1, size);
  constants_.push_back(
      fields.integer(2, onnx_type(value.scalar_type())).text(8, name).text(9, raw_bytes(value)));
  return name;
}

std::string OnnxGraph::node(const std::string& op, const std::vector<std::string>& inputs,
                            const std::vector<OnnxAttribute>& attributes) {
  const std::string name = new_name(op);
  ProtoFields fields;
  for (const std::string& input : inputs) fields.text(1, input);
  fields.text(2, name).text(3, name).text(4, op);
  for (const OnnxAttribute& attribute : attributes) fields.message(5, attribute.fields());
  nodes_.push_back(fields);
  return name;
}

void OnnxGraph::rename_output(const std::string& value, const std::string& name) {
  nodes_.push_back(ProtoFields().text(1, value).text(2, name).text(3, name).text(4, "Identity"));
}

std::string OnnxGraph::file(const std::string& name, at::ScalarType dtype,
                            const std::pair<std::string, Shape>& input,
                            const std::pair<std::string, Shape>& output,
                            const std::map<std::string, std::string>& metadata) const {
  ProtoFields graph;
  for (const ProtoFields& node : nodes_) graph.message(1, node);
  graph.text(2, name);
  for (const ProtoFields& constant : constants_) graph.message(5, constant);
  graph.message(11, value_info(input.first, input.second, dtype));
  graph.message(12, value_info(output.first, output.second, dtype));
  ProtoFields model;
  model.integer(1, kIrVersion).text(2, "strata").text(3, build_version).message(7, graph);
  model.message(8, ProtoFields().text(1, "").integer(2, kOpset));
  for (const auto& [key, value] : metadata)
    model.message(14, ProtoFields().text(1, key).text(2, value));
  return model.bytes();
}

}  // namespace strata
