#include "strata/core/optimizer.hpp"

namespace strata {
namespace {

/// RMSprop (Tieleman and Hinton 2012, lecture 6.5):
///   s <- rho s + (1 - rho) g^2;  u = g / (sqrt(s) + eps);
///   v <- momentum v + u;  w <- w - lr v.
class RmsProp final : public Optimizer {
 public:
  struct Params : MomentumParams {
    double rho = 0.99;
    double eps = 1e-8;

    Params() { lr = 0.001; }

    static void declare(Declare<Params>& d) {
      d.doc("Gradients divided by a running mean of their size (Tieleman and Hinton 2012).");
      declare_common(d);
      d.add("rho", &Params::rho, "decay of the mean squared gradient")
          .known_as({"smoothing_constant"})
          .min(0)
          .below(1);
      declare_momentum(d);
      d.add("eps", &Params::eps, "added to the denominator").known_as({"epsilon"}).above(0);
      declare_decay(d, "L2 penalty's factor");
      d.check([](const Params& p, Check& check) { check_momentum(p, check); });
    }
  };
  explicit RmsProp(const Params& params) : params_(params), momentum_(params) {}

  const OptimizerParams& common() const override { return params_; }
  void begin_step(const SchedulePoint& at) override { momentum_.begin_step(at); }
  bool uses_length() const override { return momentum_.uses_length(); }

  void start(std::vector<Parameter> parameters) override {
    parameters_ = std::move(parameters);
    square_.clear();
    velocity_.clear();
    for (const Parameter& p : parameters_) {
      square_.push_back({p.name + ".square", at::zeros_like(p.value.detach())});
      if (params_.momentum > 0)
        velocity_.push_back({p.name + ".momentum", at::zeros_like(p.value.detach())});
    }
  }

  void step(const Tensor& rate) override {
    update_each(parameters_, params_, [&](size_t i, Tensor& w, const Tensor& g) {
      Tensor& s = square_[i].value;
      s.mul_(params_.rho).addcmul_(g, g, 1 - params_.rho);
      Tensor u = g / s.sqrt().add_(params_.eps);
      if (params_.momentum > 0) u = velocity_[i].value.mul_(momentum_.now()).add_(u);
      subtract_scaled(w, u, rate);
    });
  }

  std::vector<Parameter> state() const override {
    std::vector<Parameter> all = square_;
    all.insert(all.end(), velocity_.begin(), velocity_.end());
    return all;
  }

 private:
  Params params_;
  Momentum momentum_;
  std::vector<Parameter> parameters_, square_, velocity_;
};

STRATA_REGISTER(Optimizer, RmsProp, "rmsprop");

}  // namespace
}  // namespace strata
