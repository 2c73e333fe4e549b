#pragma once
// The family `optimizer`. Contract in contract/optimizer.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
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

/// What optimizers with weight decay take besides.
struct DecayParams : OptimizerParams {
  double weight_decay = 0;
  bool decay_weights_only = false;

  /// `what` says how it enters the update.
  template <class D>
  static void declare_decay(D& d, const char* what) {
    d.add("weight_decay", &DecayParams::weight_decay, what)
        .known_as({"l2", "regularization", "decay"})
        .min(0);
    d.add("decay_weights_only", &DecayParams::decay_weights_only,
          "leaves biases, and whatever else has one dimension, out of weight decay");
  }

  /// The factor for this parameter.
  double decay_of(const Tensor& w) const {
    return decay_weights_only && w.dim() <= 1 ? 0 : weight_decay;
  }
  /// Whether one number says the decay of all parameters, as OptimizerForm has it.
  bool decays_alike() const { return !decay_weights_only || weight_decay == 0; }
};

/// Momentum, which may change in a stage.
struct MomentumParams : DecayParams {
  double momentum = 0;
  Slot<Schedule> momentum_schedule;

  template <class D>
  static void declare_momentum(D& d) {
    d.add("momentum", &MomentumParams::momentum, "share of the last update that goes on")
        .min(0)
        .below(1);
    d.add("momentum_schedule", &MomentumParams::momentum_schedule,
          "how the momentum changes; what would reach 1 stays at 0.999");
  }
  /// A rule of every struct that declares it.
  static void check_momentum(const MomentumParams& p, Check& check) {
    if (!p.momentum_schedule.empty() && p.momentum == 0)
      check.error("momentum_schedule", "momentum_schedule needs momentum above 0");
    if (!p.momentum_schedule.empty() && make(p.momentum_schedule)->follows())
      check.error("momentum_schedule",
                  fmt::format("momentum follows no figure, and {} does", p.momentum_schedule.type));
  }
};

/// The momentum at each step.
class Momentum {
 public:
  explicit Momentum(const MomentumParams& params) : base_(params.momentum), now_(params.momentum) {
    if (!params.momentum_schedule.empty()) schedule_ = make(params.momentum_schedule);
  }
  void begin_step(const SchedulePoint& at) {
    if (schedule_) now_ = std::min(0.999, schedule_->rate(base_, at, {}));
  }
  bool uses_length() const { return schedule_ && schedule_->uses_length(); }
  bool changes() const { return schedule_ != nullptr; }
  double now() const { return now_; }

 private:
  double base_, now_;
  std::shared_ptr<Schedule> schedule_;
};

/// Updates parameters in place from their gradients. State is fresh for each stage.
class Optimizer {
 public:
  static constexpr const char* family = "optimizer";
  virtual ~Optimizer() = default;

  /// What the settings give. The trainer keeps the schedule and clips the gradients; an optimizer
  /// has nothing to do for either.
  virtual const OptimizerParams& common() const = 0;

  /// Where the step that follows is: for what else a schedule changes. Called before each step.
  virtual void begin_step(const SchedulePoint&) {}

  /// True where begin_step() reads SchedulePoint::epochs: see Schedule::uses_length().
  virtual bool uses_length() const { return false; }

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
/// in the list, its value, and its gradient.
template <class Update>
void update_each(const std::vector<Parameter>& parameters, const Update& update) {
  for (size_t i = 0; i < parameters.size(); ++i) {
    Tensor w = parameters[i].value.detach();
    const Tensor g = parameters[i].value.grad();
    if (g.defined()) update(i, w, g);
  }
}

/// The same where the gradient is that of the objective with an L2 penalty: weight_decay * w is
/// added to it.
template <class Update>
void update_each(const std::vector<Parameter>& parameters, const DecayParams& params,
                 const Update& update) {
  update_each(parameters, [&](size_t i, Tensor& w, const Tensor& g) {
    const double decay = params.decay_of(w);
    update(i, w, decay > 0 ? g.add(w, decay) : g);
  });
}

/// Weight decay apart from the gradient (Loshchilov and Hutter 2019): w <- w - rate weight_decay w.
inline void decay_apart(Tensor& w, const DecayParams& params, const Tensor& rate) {
  const double decay = params.decay_of(w);
  if (decay > 0) subtract_scaled(w, w * decay, rate);
}

}  // namespace strata
