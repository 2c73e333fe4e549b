#include "strata/core/optimizer.hpp"

namespace strata {
namespace {

/// Stochastic gradient descent, as PyTorch defines it (Sutskever et al. 2013 with the rate
/// outside):
///   g <- g + weight_decay w;  v <- momentum v + g  (v = g at first);
///   w <- w - lr v, or w - lr (g + momentum v) with nesterov.
class Sgd final : public Optimizer {
 public:
  struct Params : MomentumParams {
    bool nesterov = false;

    static void declare(Declare<Params>& d) {
      d.doc("Stochastic gradient descent, with momentum and weight decay where asked for.");
      d.known_as({"momentum", "gradient_descent", "GradientDescentOptimizer"});
      declare_common(d);
      declare_momentum(d);
      d.add("nesterov", &Params::nesterov, "looks ahead along the momentum");
      declare_decay(d, "L2 penalty's factor");
      d.check([](const Params& p, Check& check) {
        check_momentum(p, check);
        if (p.nesterov && p.momentum == 0)
          check.error("nesterov", "nesterov needs momentum above 0");
      });
    }
  };

  explicit Sgd(const Params& params) : params_(params), momentum_(params) {}

  const OptimizerParams& common() const override { return params_; }
  void begin_step(const SchedulePoint& at) override { momentum_.begin_step(at); }
  bool uses_length() const override { return momentum_.uses_length(); }

  void start(std::vector<Parameter> parameters) override {
    parameters_ = std::move(parameters);
    velocity_.clear();
    if (params_.momentum > 0)
      for (const Parameter& p : parameters_)
        velocity_.push_back({p.name + ".momentum", at::zeros_like(p.value.detach())});
  }

  void step(const Tensor& rate) override {
    update_each(parameters_, params_, [&](size_t i, Tensor& w, Tensor g) {
      if (params_.momentum > 0) {
        Tensor& v = velocity_[i].value;  // zero at first, so that v = g after the first step
        v.mul_(momentum_.now()).add_(g);
        g = params_.nesterov ? g.add(v, momentum_.now()) : v;
      }
      subtract_scaled(w, g, rate);
    });
  }

  std::vector<Parameter> state() const override { return velocity_; }

  OptimizerForm form() const override {
    if (momentum_.changes() || !params_.decays_alike()) return {};
    return {OptimizerOp::sgd, params_.weight_decay, params_.momentum, params_.nesterov};
  }

 private:
  Params params_;
  Momentum momentum_;
  std::vector<Parameter> parameters_, velocity_;
};

STRATA_REGISTER(Optimizer, Sgd, "sgd");

}  // namespace
}  // namespace strata
