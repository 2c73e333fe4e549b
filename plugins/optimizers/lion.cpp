#include "strata/core/optimizer.hpp"

namespace strata {
namespace {

/// Lion (Chen et al. 2023, algorithm 2):
///   u = sign(beta1 m + (1 - beta1) g);  w <- w - lr (u + weight_decay w);
///   m <- beta2 m + (1 - beta2) g.
class Lion final : public Optimizer {
 public:
  struct Params : DecayParams {
    double beta1 = 0.9;
    double beta2 = 0.99;

    Params() { lr = 0.0001; }

    static void declare(Declare<Params>& d) {
      d.doc("Steps of one size, along the sign of the mean gradient (Chen et al. 2023).");
      declare_common(d);
      d.add("beta1", &Params::beta1, "share of the mean gradient in the step")
          .known_as({"betas"})
          .min(0)
          .below(1);
      d.add("beta2", &Params::beta2, "decay of the mean gradient").min(0).below(1);
      declare_decay(d, "share of a parameter, times the rate, that each step takes away");
    }
  };
  explicit Lion(const Params& params) : params_(params) {}

  const OptimizerParams& common() const override { return params_; }

  void start(std::vector<Parameter> parameters) override {
    parameters_ = std::move(parameters);
    mean_.clear();
    for (const Parameter& p : parameters_)
      mean_.push_back({p.name + ".mean", at::zeros_like(p.value.detach())});
  }

  void step(const Tensor& rate) override {
    update_each(parameters_, [&](size_t i, Tensor& w, const Tensor& g) {
      Tensor& m = mean_[i].value;
      const Tensor direction = (m * params_.beta1).add_(g, 1 - params_.beta1).sign_();
      decay_apart(w, params_, rate);
      subtract_scaled(w, direction, rate);
      m.mul_(params_.beta2).add_(g, 1 - params_.beta2);
    });
  }

  std::vector<Parameter> state() const override { return mean_; }

 private:
  Params params_;
  std::vector<Parameter> parameters_, mean_;
};

STRATA_REGISTER(Optimizer, Lion, "lion");

}  // namespace
}  // namespace strata
