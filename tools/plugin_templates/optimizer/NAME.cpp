// Steps of the gradient's sign alone: an optimizer with a parameter, to put your own in the place of.
#include "strata/core/optimizer.hpp"

namespace strata {
namespace {

class @Class@ final : public Optimizer {
 public:
  struct Params : DecayParams {
    Params() { lr = 0.001; }
    static void declare(Declare<Params>& d) {
      d.doc("Moves each number by the rate against its gradient's sign (Bernstein et al. 2018).");
      declare_common(d);
      declare_decay(d, "L2 penalty's factor");
    }
  };
  explicit @Class@(const Params& params) : params_(params) {}

  const OptimizerParams& common() const override { return params_; }
  void start(std::vector<Parameter> parameters) override { parameters_ = std::move(parameters); }
  void step(const Tensor& rate) override {
    update_each(parameters_, params_, [&](size_t, Tensor& w, const Tensor& g) {
      subtract_scaled(w, g.sign(), rate);
    });
  }
  std::vector<Parameter> state() const override { return {}; }

 private:
  Params params_;
  std::vector<Parameter> parameters_;
};

STRATA_REGISTER(Optimizer, @Class@, "@name@");

}  // namespace
}  // namespace strata
