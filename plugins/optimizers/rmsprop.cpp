#include "strata/core/optimizer.hpp"

namespace strata {
namespace {

/// RMSprop (Tieleman and Hinton 2012, lecture 6.5):
///   s <- decay s + (1 - decay) g^2;  u = g / (sqrt(s) + eps);
///   v <- momentum v + u;  w <- w - lr v.
class RmsProp final : public Optimizer {
 public:
  struct Params : DecayParams {
    double decay = 0.99;
    double momentum = 0;
    double eps = 1e-8;

    Params() { lr = 0.001; }

    static void declare(Declare<Params>& d) {
      d.doc("Gradients divided by a running mean of their size (Tieleman and Hinton 2012).");
      declare_common(d);
      d.add("decay", &Params::decay, "of the mean squared gradient")
          .known_as({"rho", "smoothing_constant"})
          .min(0)
          .below(1);
      d.add("momentum", &Params::momentum, "share of the last update that goes on").min(0).below(1);
      d.add("eps", &Params::eps, "added to the denominator").known_as({"epsilon"}).above(0);
      declare_decay(d, "L2 penalty's factor");
    }
  };
  explicit RmsProp(const Params& params) : params_(params) {}

  const OptimizerParams& common() const override { return params_; }

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
      s.mul_(params_.decay).addcmul_(g, g, 1 - params_.decay);
      Tensor u = g / s.sqrt().add_(params_.eps);
      if (params_.momentum > 0) u = velocity_[i].value.mul_(params_.momentum).add_(u);
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
  std::vector<Parameter> parameters_, square_, velocity_;
};

STRATA_REGISTER(Optimizer, RmsProp, "rmsprop");

}  // namespace
}  // namespace strata
