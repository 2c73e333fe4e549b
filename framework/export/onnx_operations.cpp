// LibTorch's operations in ONNX's. One that is not here has no export to ONNX: what is missing is a
// line of the table below, or, for one layer alone, its ExportedForm (core/exported_form.hpp).
#include <cmath>

#include "strata/export/onnx_call.hpp"
#include "strata/export/traced.hpp"

namespace strata {
namespace {

using Call = OnnxCall;
using Names = std::vector<std::string>;
using Attributes = std::vector<OnnxAttribute>;

/// An operation that ONNX calls otherwise.
OnnxConversion as(const char* op) {
  return [op](const Call& c) { return c.node(op, {c[0]}); };
}
OnnxConversion of_two(const char* op) {
  return [op](const Call& c) { return c.node(op, {c[0], c[1]}); };
}

std::string unchanged(const Call& c) {
  return c.changes_dtype() ? "" : c[0];
}

/// a + alpha b, and the like.
std::string scaled_sum(const Call& c, const char* op, size_t a, size_t b) {
  const bool scaled = c.size() > 2 && c.number(2) != 1;
  const std::string right = scaled ? c.node("Mul", {c[b], c[2]}) : c[b];
  return c.node(op, {c[a], right});
}

// Shapes: all but the number of samples is known.

std::string reshaped(const Call& c) {
  Shape shape = c.output_shape();
  if (!shape.empty() && shape[0] == traced_batch) shape[0] = -1;
  return c.node("Reshape", {c[0], c.constant(shape)});
}

std::string narrowed(const Call& c) {
  const auto one = [&](int64_t value) { return c.constant(Shape{value}); };
  const int64_t start = c.integer(2);
  return c.node("Slice", {c[0], one(start), one(start + c.integer(3)), one(c.integer(1))});
}

std::string permuted(const Call& c, const std::vector<int64_t>& order) {
  return c.node("Transpose", {c[0]}, {{"perm", order}});
}

std::string transposed(const Call& c) {
  const auto rank = static_cast<int64_t>(c.shape(0).size());
  std::vector<int64_t> order(static_cast<size_t>(rank));
  for (int64_t i = 0; i < rank; ++i) order[static_cast<size_t>(i)] = i;
  const bool is_t = c.size() == 1;
  if (is_t && rank < 2) return c[0];
  const auto dim = [&](int64_t i) { return static_cast<size_t>(i < 0 ? i + rank : i); };
  std::swap(order[dim(is_t ? 0 : c.integer(1))], order[dim(is_t ? 1 : c.integer(2))]);
  return permuted(c, order);
}

// Products.

std::string linear(const Call& c) {
  if (c.shape(0).size() == 2) {
    Names inputs{c[0], c[1]};
    if (!c.is_none(2)) inputs.push_back(c[2]);
    return c.node("Gemm", inputs, {{"transB", int64_t{1}}});
  }
  const std::string turned = c.node("Transpose", {c[1]}, {{"perm", std::vector<int64_t>{1, 0}}});
  const std::string product = c.node("MatMul", {c[0], turned});
  return c.is_none(2) ? product : c.node("Add", {product, c[2]});
}

std::string addmm(const Call& c) {
  return c.node("Gemm", {c[1], c[2], c[0]}, {{"beta", c.number(3)}, {"alpha", c.number(4)}});
}

std::vector<int64_t> around(const std::vector<int64_t>& padding) {
  return {padding[0], padding[1], padding[0], padding[1]};
}

std::string convolution(const Call& c) {
  const Shape weight = c.shape(1);
  if (weight.size() != 4) return "";
  Names inputs{c[0], c[1]};
  if (!c.is_none(2)) inputs.push_back(c[2]);
  Attributes attributes{{"kernel_shape", {weight[2], weight[3]}},
                        {"strides", c.sides(3)},
                        {"pads", around(c.sides(4))},
                        {"dilations", c.sides(5)},
                        {"group", c.integer(8)}};
  const bool is_transposed = c.truth(6);
  if (is_transposed) attributes.emplace_back("output_padding", c.sides(7));
  return c.node(is_transposed ? "ConvTranspose" : "Conv", inputs, attributes);
}

// Windows of images.

std::string pooled(const Call& c, const char* op, size_t ceil_mode, Attributes attributes) {
  const std::vector<int64_t> kernel = c.sides(1), stride = c.sides(2);
  attributes.emplace_back("kernel_shape", kernel);
  attributes.emplace_back("strides", stride.empty() ? kernel : stride);
  attributes.emplace_back("pads", around(c.sides(3)));
  attributes.emplace_back("ceil_mode", c.integer(ceil_mode));
  return c.node(op, {c[0]}, attributes);
}

std::string max_pool(const Call& c) {
  return pooled(c, "MaxPool", 5, {{"dilations", c.sides(4)}});
}

std::string average_pool(const Call& c) {
  if (!c.is_none(6)) return "";
  return pooled(c, "AveragePool", 4, {{"count_include_pad", c.integer(5)}});
}

/// Which row, or column, each of the output's is taken from, as LibTorch rounds.
std::string nearest(const Call& c) {
  const Shape from = c.shape(0), to = c.output_shape();
  std::string result = c[0];
  for (const size_t dim : {size_t{2}, size_t{3}}) {
    if (from[dim] == to[dim]) continue;
    const Tensor places = at::arange(from[dim], at::kFloat).view({1, 1, from[dim], 1});
    const Tensor index = at::upsample_nearest2d(places, {to[dim], 1}).view(-1).to(at::kLong);
    result = c.node("Gather", {result, c.constant(index)}, {{"axis", static_cast<int64_t>(dim)}});
  }
  return result;
}

// Sums.

std::string softmax(const Call& c) {
  return c.node("Softmax", {c[0]}, {{"axis", c.integer(1)}});
}

std::string log_softmax(const Call& c) {
  return c.node("LogSoftmax", {c[0]}, {{"axis", c.integer(1)}});
}

std::string mean(const Call& c) {
  return c.node("ReduceMean", {c[0]}, {{"axes", c.integers(1)}, {"keepdims", c.integer(2)}});
}

std::string sum(const Call& c) {
  return c.node("ReduceSum", {c[0], c.constant(c.integers(1))}, {{"keepdims", c.integer(2)}});
}

std::string batch_norm(const Call& c) {
  if (c.truth(5)) return "";
  const int64_t channels = c.shape(0)[1];
  const auto or_all = [&](size_t i, double value) {
    return c.is_none(i) ? c.constant(at::full({channels}, value, c.dtype())) : c[i];
  };
  return c.node("BatchNormalization", {c[0], or_all(1, 1), or_all(2, 0), c[3], c[4]},
                {{"epsilon", c.number(7)}});
}

std::string layer_norm(const Call& c) {
  std::vector<int64_t> axes;
  for (size_t i = 1; i <= c.integers(1).size(); ++i) axes.push_back(-static_cast<int64_t>(i));
  const Attributes over{{"axes", axes}, {"keepdims", int64_t{1}}};
  const std::string centred = c.node("Sub", {c[0], c.node("ReduceMean", {c[0]}, over)});
  const std::string variance = c.node("ReduceMean", {c.node("Mul", {centred, centred})}, over);
  const std::string deviation =
      c.node("Sqrt", {c.node("Add", {variance, c.constant(c.number(4))})});
  std::string result = c.node("Div", {centred, deviation});
  if (!c.is_none(2)) result = c.node("Mul", {result, c[2]});
  return c.is_none(3) ? result : c.node("Add", {result, c[3]});
}

// Element by element.

constexpr size_t kNone = 9;  // no argument's place

std::string clipped(const Call& c, size_t low, size_t high) {
  const auto bound = [&](size_t i) { return c.is_none(i) ? std::string() : c[i]; };
  return c.node("Clip", {c[0], bound(low), bound(high)});
}

std::string elu(const Call& c) {
  if (c.number(2) != 1 || c.number(3) != 1) return "";
  return c.node("Elu", {c[0]}, {{"alpha", c.number(1)}});
}

std::string gelu(const Call& c) {
  const std::string x = c[0], half = c.node("Mul", {x, c.constant(0.5)});
  std::string bent;
  if (c.size() > 1 && c.string(1) == "tanh") {
    const std::string cube = c.node("Mul", {c.node("Mul", {x, x}), x});
    const std::string inner = c.node("Add", {x, c.node("Mul", {cube, c.constant(0.044715)})});
    bent = c.node("Tanh", {c.node("Mul", {inner, c.constant(std::sqrt(2 / M_PI))})});
  } else {
    bent = c.node("Erf", {c.node("Mul", {x, c.constant(std::sqrt(0.5))})});
  }
  return c.node("Mul", {half, c.node("Add", {bent, c.constant(1.0)})});
}

std::string softplus(const Call& c) {
  if (c.number(1) == 1) return c.node("Softplus", {c[0]});
  return c.node("Div", {c.node("Softplus", {c.node("Mul", {c[0], c[1]})}), c[1]});
}

std::string prelu(const Call& c) {
  Shape slope = c.shape(1);
  slope.resize(c.shape(0).size() - 1, 1);  // beside the channels
  return c.node("PRelu", {c[0], c.node("Reshape", {c[1], c.constant(slope)})});
}

using Table = std::map<std::string, OnnxConversion>;

const Table& conversions() {
  static const Table table{
      {"aten::abs", as("Abs")},
      {"aten::erf", as("Erf")},
      {"aten::exp", as("Exp")},
      {"aten::log", as("Log")},
      {"aten::neg", as("Neg")},
      {"aten::reciprocal", as("Reciprocal")},
      {"aten::relu", as("Relu")},
      {"aten::sigmoid", as("Sigmoid")},
      {"aten::sin", as("Sin")},
      {"aten::cos", as("Cos")},
      {"aten::sqrt", as("Sqrt")},
      {"aten::tanh", as("Tanh")},
      {"aten::selu", as("Selu")},
      {"aten::elu", elu},
      {"aten::gelu", gelu},
      {"aten::softplus", softplus},
      {"aten::prelu", prelu},
      {"aten::silu",
       [](const Call& c) {
         return c.node("Mul", {c[0], c.node("Sigmoid", {c[0]})});
       }},
      {"aten::leaky_relu",
       [](const Call& c) {
         return c.node("LeakyRelu", {c[0]}, {{"alpha", c.number(1)}});
       }},
      {"aten::square",
       [](const Call& c) {
         return c.node("Mul", {c[0], c[0]});
       }},
      {"aten::rsqrt", [](const Call& c) { return c.node("Reciprocal", {c.node("Sqrt", {c[0]})}); }},
      {"aten::clamp", [](const Call& c) { return clipped(c, 1, 2); }},
      {"aten::clamp_min", [](const Call& c) { return clipped(c, 1, kNone); }},
      {"aten::clamp_max", [](const Call& c) { return clipped(c, kNone, 1); }},
      {"aten::hardtanh", [](const Call& c) { return clipped(c, 1, 2); }},

      {"aten::add", [](const Call& c) { return scaled_sum(c, "Add", 0, 1); }},
      {"aten::sub", [](const Call& c) { return scaled_sum(c, "Sub", 0, 1); }},
      {"aten::rsub",
       [](const Call& c) {
         return c.node("Sub", {c[1], c.node("Mul", {c[0], c[2]})});
       }},
      {"aten::mul", of_two("Mul")},
      {"aten::div",
       [](const Call& c) {
         return c.size() > 2 ? "" : c.node("Div", {c[0], c[1]});
       }},
      {"aten::pow", of_two("Pow")},
      {"aten::maximum", of_two("Max")},
      {"aten::minimum", of_two("Min")},
      {"aten::gt", of_two("Greater")},
      {"aten::ge", of_two("GreaterOrEqual")},
      {"aten::lt", of_two("Less")},
      {"aten::le", of_two("LessOrEqual")},
      {"aten::where",
       [](const Call& c) {
         return c.node("Where", {c[0], c[1], c[2]});
       }},
      {"aten::cat",
       [](const Call& c) {
         return c.node("Concat", c.list(0), {{"axis", c.integer(1)}});
       }},

      {"aten::linear", linear},
      {"aten::addmm", addmm},
      {"aten::mm", of_two("MatMul")},
      {"aten::matmul", of_two("MatMul")},
      {"aten::_convolution", convolution},
      {"aten::convolution", convolution},
      {"aten::max_pool2d", max_pool},
      {"aten::avg_pool2d", average_pool},
      {"aten::upsample_nearest2d", nearest},

      {"aten::softmax", softmax},
      {"aten::log_softmax", log_softmax},
      {"aten::mean", mean},
      {"aten::sum", sum},
      {"aten::batch_norm", batch_norm},
      {"aten::layer_norm", layer_norm},

      {"aten::t", transposed},
      {"aten::transpose", transposed},
      {"aten::narrow", narrowed},
      {"aten::permute", [](const Call& c) { return permuted(c, c.integers(1)); }},
      {"aten::view", reshaped},
      {"aten::reshape", reshaped},
      {"aten::flatten", reshaped},
      {"aten::unflatten", reshaped},
      {"aten::squeeze", reshaped},
      {"aten::unsqueeze", reshaped},
      {"aten::contiguous", unchanged},
      {"aten::clone", unchanged},
      {"aten::detach", unchanged},
      {"aten::to", unchanged}};
  return table;
}

}  // namespace

const OnnxConversion* onnx_conversion(const std::string& operation) {
  const auto found = conversions().find(operation);
  return found == conversions().end() ? nullptr : &found->second;
}

}  // namespace strata
