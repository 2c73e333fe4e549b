#pragma once
// What components say of the mathematics that they compute, in a small closed vocabulary. Engines
// that run stages by other means than autograd, the export and `describe` read it; a component
// that says nothing is `opaque`, which is always right, and runs as it is. The contract computes
// what a form says by itself and compares (contract/form.cpp).
#include <vector>

#include "strata/core/tensor.hpp"

namespace strata {

/// The elements of a sample keep their order; where an operation takes or gives a row of features,
/// they are taken row-major. The output has the shape that configure() gave.
enum class LayerOp {
  opaque,
  reshape,         ///< the same elements in another shape
  affine,          ///< y = x W^T + b, W {out, in}; transposed: y = x W + b, W {in, out}
  relu,            ///< max(x, 0)
  sigmoid,         ///< 1 / (1 + exp(-x))
  tanh,            ///< the hyperbolic tangent
  log_softmax,     ///< x - log(sum(exp(x))) over a sample's elements
  dropout,         ///< in evaluation the identity; in training opaque
  convolution,     ///< at::conv2d; transposed: at::conv_transpose2d
  max_pool,        ///< the largest value of each window
  mean_pool,       ///< the mean of each window
  resize_nearest,  ///< to the output's height and width, each pixel the nearest one's value
};

/// What a layer computes, asked for after build(); the tensors are its own parameters, undefined
/// where it was built without any. A layer that is tied names the other's weight.
struct LayerForm {
  LayerOp op = LayerOp::opaque;
  Tensor weight{}, bias{};  ///< affine, convolution; bias undefined without one
  bool transposed = false;  ///< affine, convolution
  std::vector<int64_t> kernel{}, stride{}, padding{}, output_padding{};  ///< height and width
};

enum class LossOp {
  opaque,
  mse,            ///< mean of (y - t)^2 over all elements
  bce,            ///< -mean of t log(y) + (1 - t) log(1 - y), logarithms cut off at -100
  nll,            ///< -mean of y[label] over the batch
  cross_entropy,  ///< nll of log_softmax(y)
};
struct LossForm {
  LossOp op = LossOp::opaque;
};

enum class PenaltyOp {
  opaque,
  l1,           ///< sum of |a| over a code's elements, mean over the batch
  kl_sparsity,  ///< sum_j p log(p / q_j) + (1 - p) log((1 - p) / (1 - q_j)), see least_activity
};
struct PenaltyForm {
  PenaltyOp op = PenaltyOp::opaque;
  double target = 0;  ///< p; q_j is the batch's mean of the code's element j

  /// kl_sparsity's logarithms go on as their tangents below this argument, so that the term is
  /// finite and its slope, -p / max(q, least) + (1 - p) / max(1 - q, least), never vanishes.
  static constexpr double least_activity = 1e-36;
};

/// An update of w by its gradient g and the rate r, in the order written. Names in quotes are those
/// of Optimizer::state(), each behind its parameter's name and a dot.
enum class OptimizerOp {
  opaque,
  sgd,   ///< g += weight_decay w; "momentum" v = momentum v + g, where momentum > 0;
         ///< w -= r v, or r (g + momentum v) with nesterov
  adam,  ///< g += weight_decay w; "mean" m, "square" v; "power1", "power2": beta1^t, beta2^t;
         ///< w -= r (m / (1 - power1)) / (sqrt(v / (1 - power2)) + eps)
};
struct OptimizerForm {
  OptimizerOp op = OptimizerOp::opaque;
  double weight_decay = 0;
  double momentum = 0;
  bool nesterov = false;
  double beta1 = 0, beta2 = 0, eps = 0;
};

/// With u and n the noise of core/noise.hpp at the place that apply() is given.
enum class CorruptionOp {
  opaque,
  masking,          ///< 0 where u < rate
  gaussian,         ///< x + std n
  salt_and_pepper,  ///< low where u < rate / 2, else high where u < rate
};
struct CorruptionForm {
  CorruptionOp op = CorruptionOp::opaque;
  double rate = 0, std = 0, low = 0, high = 0;
};

enum class MetricOp {
  opaque,
  confusion,      ///< state "counts", {classes * classes}: one more at label * classes + argmax(y)
  squared_error,  ///< state "sum" of (y - t)^2 and "elements", how many; both scalars
};
/// Metrics of one form keep the same state: an engine counts once and copies it to the others.
struct MetricForm {
  MetricOp op = MetricOp::opaque;
};

}  // namespace strata
