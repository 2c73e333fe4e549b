#include "strata/contract/form.hpp"

#include <cmath>

namespace strata {
namespace {

/// log(x), going on as its tangent where x is below PenaltyForm::least_activity.
Tensor steady_log(const Tensor& x) {
  constexpr double least = PenaltyForm::least_activity;
  const Tensor tangent = x / least + (std::log(least) - 1);
  return at::where(x > least, x.clamp_min(least).log(), tangent);
}

Tensor kl_sparsity(double p, const Tensor& code) {
  const Tensor q = code.mean(0);
  const double entropy = p * std::log(p) + (1 - p) * std::log(1 - p);
  return (steady_log(q) * -p - steady_log(1 - q) * (1 - p)).add(entropy).sum();
}

[[noreturn]] void refuse_opaque() {
  throw RunError("an opaque component has no arithmetic of a known form");
}

}  // namespace

Tensor computed(const LayerForm& f, const Tensor& x, const Shape& output) {
  switch (f.op) {
    case LayerOp::opaque:
      refuse_opaque();
    case LayerOp::reshape:
      return x.reshape(batch_shape(x.size(0), output));
    case LayerOp::affine:
      return at::linear(x.flatten(1), f.transposed ? f.weight.t() : f.weight, f.bias)
          .view(batch_shape(x.size(0), output));
    case LayerOp::relu:
      return at::relu(x);
    case LayerOp::sigmoid:
      return at::sigmoid(x);
    case LayerOp::tanh:
      return at::tanh(x);
    case LayerOp::log_softmax:
      return at::log_softmax(x.flatten(1), 1).view(x.sizes());
    case LayerOp::dropout:
      return x;
    case LayerOp::convolution:
      return f.transposed
                 ? at::conv_transpose2d(x, f.weight, f.bias, f.stride, f.padding, f.output_padding)
                 : at::conv2d(x, f.weight, f.bias, f.stride, f.padding);
    case LayerOp::max_pool:
      return at::max_pool2d(x, f.kernel, f.stride);
    case LayerOp::mean_pool:
      return at::avg_pool2d(x, f.kernel, f.stride);
    case LayerOp::resize_nearest:
      return at::upsample_nearest2d(x, {output[1], output[2]});
  }
  refuse_opaque();
}

Tensor computed(const LossForm& f, const Tensor& output, const Tensor& target) {
  switch (f.op) {
    case LossOp::opaque:
      refuse_opaque();
    case LossOp::mse:
      return at::mse_loss(output, target);
    case LossOp::bce:
      return at::binary_cross_entropy(output, target);
    case LossOp::nll:
      return at::nll_loss(output, target);
    case LossOp::cross_entropy:
      return at::nll_loss(at::log_softmax(output, 1), target);
  }
  refuse_opaque();
}

Tensor computed(const CorruptionForm& f, const Tensor& x, const NoisePlace& place) {
  switch (f.op) {
    case CorruptionOp::opaque:
      refuse_opaque();
    case CorruptionOp::masking:
      return at::where(uniform_noise(x, place) < f.rate, at::zeros_like(x), x);
    case CorruptionOp::gaussian:
      return x + normal_noise(x, place) * f.std;
    case CorruptionOp::salt_and_pepper: {
      const Tensor u = uniform_noise(x, place);
      return at::where(u < f.rate / 2, at::full_like(x, f.low),
                       at::where(u < f.rate, at::full_like(x, f.high), x));
    }
  }
  refuse_opaque();
}

Tensor computed(const PenaltyForm& f, const Tensor& code) {
  switch (f.op) {
    case PenaltyOp::opaque:
      refuse_opaque();
    case PenaltyOp::l1:
      return code.abs().sum().div(static_cast<double>(code.size(0)));
    case PenaltyOp::kl_sparsity:
      return kl_sparsity(f.target, code);
  }
  refuse_opaque();
}

ComputedUpdates::ComputedUpdates(const OptimizerForm& form, const Tensor& start)
    : value(start.clone()), form_(form) {
  const Tensor zeros = at::zeros_like(start), one = at::ones({}, at::kDouble);
  if (form.op == OptimizerOp::adam)
    state = {{"mean", zeros.clone()}, {"square", zeros.clone()}, {"power1", one}, {"power2", one}};
  else if (form.momentum > 0)
    state = {{"momentum", zeros.clone()}};
}

void ComputedUpdates::step(const Tensor& gradient, double rate) {
  const Tensor g = gradient + form_.weight_decay * value;
  if (form_.op == OptimizerOp::opaque) refuse_opaque();
  if (form_.op == OptimizerOp::adam) {
    Tensor &m = state["mean"], &v = state["square"];
    Tensor &power1 = state["power1"], &power2 = state["power2"];
    m = form_.beta1 * m + (1 - form_.beta1) * g;
    v = form_.beta2 * v + (1 - form_.beta2) * g * g;
    power1 = power1 * form_.beta1;
    power2 = power2 * form_.beta2;
    value = value - rate * (m / (1 - power1)) / ((v / (1 - power2)).sqrt() + form_.eps);
  } else if (form_.momentum > 0) {
    Tensor& v = state["momentum"];
    v = form_.momentum * v + g;
    value = value - rate * (form_.nesterov ? g + form_.momentum * v : v);
  } else {
    value = value - rate * g;
  }
}

std::map<std::string, Tensor> computed(const MetricForm& f, const Tensor& output,
                                       const Tensor& target) {
  switch (f.op) {
    case MetricOp::opaque:
      refuse_opaque();
    case MetricOp::confusion: {
      const int64_t classes = output.size(1);
      const Tensor cell = target * classes + output.argmax(1);
      return {{"counts", at::one_hot(cell, classes * classes).sum(0)}};
    }
    case MetricOp::squared_error:
      return {{"sum", (output - target).square().sum()},
              {"elements", at::full({}, target.numel(), at::kLong)}};
  }
  refuse_opaque();
}

}  // namespace strata
