#include "strata/core/optimizer.hpp"

namespace strata {
namespace {

/// What Adam and AdamW take besides weight decay.
struct AdamParams : DecayParams {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;

  AdamParams() { lr = 0.001; }

  static void declare(Declare<AdamParams>& d) { declare_betas(d); }
  template <class D>
  static void declare_betas(D& d) {
    d.add("beta1", &AdamParams::beta1, "decay of the mean gradient")
        .known_as({"betas"})
        .min(0)
        .below(1);
    d.add("beta2", &AdamParams::beta2, "decay of the mean squared gradient").min(0).below(1);
    d.add("eps", &AdamParams::eps, "added to the denominator")
        .known_as({"epsilon", "delta"})
        .above(0);
  }
};

/// Adam (Kingma and Ba 2015, algorithm 1):
///   m <- beta1 m + (1 - beta1) g;  v <- beta2 v + (1 - beta2) g^2;
///   w <- w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps).
class AdamUpdate : public Optimizer {
 public:
  explicit AdamUpdate(const AdamParams& params) : params_(params) {}

  const OptimizerParams& common() const override { return params_; }

  void start(std::vector<Parameter> parameters) override {
    parameters_ = std::move(parameters);
    state_.clear();
    for (const Parameter& p : parameters_) {
      const Tensor w = p.value.detach();
      state_.push_back({p.name + ".mean", at::zeros_like(w)});
      state_.push_back({p.name + ".square", at::zeros_like(w)});
      // float64 whatever w is: in float32, 1 - beta2^t would lose half of its digits at first
      const at::TensorOptions wide = w.options().dtype(at::kDouble);
      state_.push_back({p.name + ".power1", at::ones({}, wide)});
      state_.push_back({p.name + ".power2", at::ones({}, wide)});
    }
  }

  std::vector<Parameter> state() const override { return state_; }

 protected:
  void update(size_t i, Tensor& w, const Tensor& g, const Tensor& rate) {
    Tensor& m = state_[4 * i].value;
    Tensor& v = state_[4 * i + 1].value;
    Tensor& power1 = state_[4 * i + 2].value;  // beta1^t, beta2^t, kept on the device
    Tensor& power2 = state_[4 * i + 3].value;
    power1.mul_(params_.beta1);
    power2.mul_(params_.beta2);
    m.mul_(params_.beta1).add_(g, 1 - params_.beta1);
    v.mul_(params_.beta2).addcmul_(g, g, 1 - params_.beta2);
    const Tensor mean = m / (1 - power1);
    const Tensor deviation = (v / (1 - power2)).sqrt_().add_(params_.eps);
    subtract_scaled(w, mean.div_(deviation), rate);
  }

  AdamParams params_;
  std::vector<Parameter> parameters_, state_;
};

class Adam final : public AdamUpdate {
 public:
  struct Params : AdamParams {
    static void declare(Declare<Params>& d) {
      d.doc("Adam (Kingma and Ba 2015).");
      declare_common(d);
      declare_betas(d);
      declare_decay(d, "L2 penalty's factor");
    }
  };
  explicit Adam(const Params& params) : AdamUpdate(params) {}

  void step(const Tensor& rate) override {
    update_each(parameters_, params_,
                [&](size_t i, Tensor& w, const Tensor& g) { update(i, w, g, rate); });
  }

  OptimizerForm form() const override {
    if (!params_.decays_alike()) return {};
    return {OptimizerOp::adam, params_.weight_decay, 0,          false,
            params_.beta1,     params_.beta2,        params_.eps};
  }
};

STRATA_REGISTER(Optimizer, Adam, "adam");

/// Adam, with weight decay apart from the gradient's moments (Loshchilov and Hutter 2019, algorithm
/// 2): w <- w - lr weight_decay w, then Adam's step.
class AdamW final : public AdamUpdate {
 public:
  struct Params : AdamParams {
    Params() { weight_decay = 0.01; }
    static void declare(Declare<Params>& d) {
      d.doc("Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019).");
      declare_common(d);
      declare_betas(d);
      declare_decay(d, "share of a parameter, times the rate, that each step takes away");
    }
  };
  explicit AdamW(const Params& params) : AdamUpdate(params) {}

  void step(const Tensor& rate) override {
    update_each(parameters_, [&](size_t i, Tensor& w, const Tensor& g) {
      decay_apart(w, params_, rate);
      update(i, w, g, rate);
    });
  }
};

STRATA_REGISTER(Optimizer, AdamW, "adamw");

}  // namespace
}  // namespace strata
