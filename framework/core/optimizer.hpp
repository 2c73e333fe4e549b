#pragma once
#include <string>
#include <vector>

#include "strata/core/tensor.hpp"

namespace strata {

/// What all optimizers take.
struct OptimizerParams {
  double lr = 0.01;

  template <class D>
  static void declare_common(D& d) {
    d.add("lr", &OptimizerParams::lr, "learning rate").above(0);
  }
};

/// Updates parameters in place from their gradients. State is fresh for each stage.
class Optimizer {
 public:
  static constexpr const char* family = "optimizer";
  virtual ~Optimizer() = default;

  /// The rate of the first step, as the settings give it.
  virtual double learning_rate() const = 0;

  /// Allocates the state of these parameters. Called once, before the first step.
  virtual void start(std::vector<Parameter> parameters) = 0;

  /// One update from Tensor::grad() of every parameter; a parameter without a gradient stays as it
  /// is. `rate` is a scalar of the parameters' dtype on their device: a step reads nothing back.
  /// Runs without autograd.
  virtual void step(const Tensor& rate) = 0;

  /// The state by name ("encoder.0.0.weight.momentum"): shared, not copied. Complete: saving it and
  /// copying it back resumes bit for bit.
  virtual std::vector<Parameter> state() const = 0;
};

/// w <- w - rate * update, in one pass. On the CPU a scalar tensor is read for nothing, and a
/// constant factor is what the vectorized loops know; on other devices nothing is read back.
inline void subtract_scaled(Tensor& w, const Tensor& update, const Tensor& rate) {
  if (rate.is_cpu())
    w.add_(update, -rate.item<double>());
  else
    w.addcmul_(update, rate, -1);
}

}  // namespace strata
