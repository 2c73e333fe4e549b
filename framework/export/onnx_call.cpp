#include "strata/export/onnx_call.hpp"

#include <torch/csrc/jit/ir/constants.h>

namespace strata {
namespace {

namespace jit = torch::jit;

Shape traced_shape(const jit::Value* value) {
  const auto sizes = value->type()->expectRef<c10::TensorType>().sizes().concrete_sizes();
  return sizes ? *sizes : Shape{};
}

}  // namespace

size_t OnnxCall::size() const {
  return node_.inputs().size();
}

c10::IValue OnnxCall::value(size_t i) const {
  return jit::toIValue(node_.input(i)).value();
}

bool OnnxCall::is_none(size_t i) const {
  return i >= size() || node_.input(i)->type()->kind() == c10::TypeKind::NoneType;
}

int64_t OnnxCall::integer(size_t i) const {
  const c10::IValue found = value(i);
  return found.isBool() ? found.toBool() : found.toScalar().toLong();
}

double OnnxCall::number(size_t i) const {
  const c10::IValue found = value(i);
  return found.isTensor() ? found.toTensor().item<double>() : found.toScalar().toDouble();
}

std::string OnnxCall::string(size_t i) const {
  return value(i).toStringRef();
}

std::vector<int64_t> OnnxCall::integers(size_t i) const {
  if (const auto whole = jit::toIValue(node_.input(i))) {
    if (whole->isInt()) return {whole->toInt()};
    return whole->toIntVector();
  }
  std::vector<int64_t> found;
  for (const jit::Value* item : node_.input(i)->node()->inputs())
    found.push_back(jit::toIValue(item).value().toInt());
  return found;
}

std::vector<int64_t> OnnxCall::sides(size_t i) const {
  std::vector<int64_t> found = integers(i);
  if (found.size() == 1) found.push_back(found[0]);
  return found;
}

std::string OnnxCall::name(const jit::Value* value) const {
  if (const auto known = names_.find(value); known != names_.end()) return known->second;
  const c10::IValue constant = jit::toIValue(value).value();
  if (!constant.isTensor()) return this->constant(constant.toScalar().toDouble());
  const Tensor& tensor = constant.toTensor();
  return this->constant(tensor.is_floating_point() ? tensor.to(dtype_) : tensor);
}

std::string OnnxCall::operator[](size_t i) const {
  return name(node_.input(i));
}

std::vector<std::string> OnnxCall::list(size_t i) const {
  std::vector<std::string> found;
  if (node_.input(i)->node()->kind() == c10::prim::ListConstruct)
    for (const jit::Value* item : node_.input(i)->node()->inputs()) found.push_back(name(item));
  return found;
}

Shape OnnxCall::shape(size_t i) const {
  return traced_shape(node_.input(i));
}

Shape OnnxCall::output_shape() const {
  return traced_shape(node_.output());
}

bool OnnxCall::changes_dtype() const {
  const auto dtype = [](const jit::Value* value) {
    return value->type()->expectRef<c10::TensorType>().scalarType();
  };
  return dtype(node_.output()) != dtype(node_.input(0));
}

std::string OnnxCall::constant(double value) const {
  return graph_.constant(at::full({}, value, dtype_));
}

std::string OnnxCall::constant(const std::vector<int64_t>& values) const {
  return graph_.constant(at::tensor(values, at::kLong));
}

}  // namespace strata
