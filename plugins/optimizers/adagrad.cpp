#include "strata/core/optimizer.hpp"

namespace strata {
namespace {

/// Adagrad (Duchi, Hazan and Singer 2011, figure 1, diagonal):
///   s <- s + g^2;  w <- w - lr g / (sqrt(s) + eps).
class Adagrad final : public Optimizer {
 public:
  struct Params : DecayParams {
    double eps = 1e-10;
    static void declare(Declare<Params>& d) {
      d.doc("Gradients divided by the size of all before them (Duchi et al. 2011).");
      declare_common(d);
      d.add("eps", &Params::eps, "added to the denominator").known_as({"epsilon"}).above(0);
      declare_decay(d, "L2 penalty's factor");
    }
  };
  explicit Adagrad(const Params& params) : params_(params) {}

  const OptimizerParams& common() const override { return params_; }

  void start(std::vector<Parameter> parameters) override {
    parameters_ = std::move(parameters);
    sum_.clear();
    for (const Parameter& p : parameters_)
      sum_.push_back({p.name + ".sum", at::zeros_like(p.value.detach())});
  }

  void step(const Tensor& rate) override {
    update_each(parameters_, params_, [&](size_t i, Tensor& w, const Tensor& g) {
      Tensor& s = sum_[i].value;
      s.addcmul_(g, g);
      subtract_scaled(w, g / s.sqrt().add_(params_.eps), rate);
    });
  }

  std::vector<Parameter> state() const override { return sum_; }

 private:
  Params params_;
  std::vector<Parameter> parameters_, sum_;
};

STRATA_REGISTER(Optimizer, Adagrad, "adagrad");

}  // namespace
}  // namespace strata
