#pragma once
// The family `optimizer`. Contract in contract/optimizer.cpp.
#include <optional>
#include <string>
#include <vector>

#include "strata/core/form.hpp"
#include "strata/core/schedule.hpp"

namespace strata {

/// What all optimizers take.
struct OptimizerParams {
  double lr = 0.01;
  Slot<Schedule> schedule{"constant"};
  std::optional<double> clip_norm;

  template <class D>
  static void declare_common(D& d) {
    d.add("lr", &OptimizerParams::lr, "learning rate")
        .known_as({"learning_rate", "base_lr", "step_size", "eta", "alpha"})
        .above(0);
    d.add("schedule", &OptimizerParams::schedule, "how the learning rate changes")
        .known_as({"scheduler", "lr_scheduler", "lr_schedule", "lr_policy"});
    d.add("clip_norm", &OptimizerParams::clip_norm,
          "gradients are scaled down to this norm, taken over all parameters; default never")
        .known_as({"clipnorm", "max_norm", "gradient_clip_val", "grad_clip", "clip_gradients",
                   "clip_grad_norm"})
        .above(0);
  }
};

/// Updates parameters in place from their gradients. State is fresh for each stage.
class Optimizer {
 public:
  static constexpr const char* family = "optimizer";
  virtual ~Optimizer() = default;

  /// What the settings give. The trainer keeps the schedule and clips the gradients; an optimizer
  /// has nothing to do for either.
  virtual const OptimizerParams& common() const = 0;

  /// Allocates the state of these parameters. Called once, before the first step.
  virtual void start(std::vector<Parameter> parameters) = 0;

  /// One update from Tensor::grad() of every parameter; a parameter without a gradient stays as it
  /// is. `rate` is a scalar of the parameters' dtype on their device: a step reads nothing back.
  /// Runs without autograd.
  virtual void step(const Tensor& rate) = 0;

  /// The state by name ("encoder.0.0.weight.momentum"): shared, not copied. Complete: saving it and
  /// copying it back resumes bit for bit.
  virtual std::vector<Parameter> state() const = 0;

  virtual OptimizerForm form() const { return {}; }
};

/// w <- w - rate * update, in one pass. On the CPU a scalar tensor is read for nothing, and a
/// constant factor is what the vectorized loops know; on other devices nothing is read back.
inline void subtract_scaled(Tensor& w, const Tensor& update, const Tensor& rate) {
  if (rate.is_cpu())
    w.add_(update, -rate.item<double>());
  else
    w.addcmul_(update, rate, -1);
}

/// The loop of a step: calls update(i, w, g) for each parameter that has a gradient, with its place
/// in the list, its value, and its gradient, to which weight_decay * w is added (the L2 penalty's).
template <class Update>
void update_each(const std::vector<Parameter>& parameters, double weight_decay,
                 const Update& update) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    Tensor w = parameters[i].value.detach();
    const Tensor g = parameters[i].value.grad();
    if (g.defined()) update(i, w, weight_decay > 0 ? g.add(w, weight_decay) : g);
  }
}

}  // namespace strata
