#include "strata/core/penalty.hpp"

namespace strata {
namespace {

/// With q_j the mean activation of unit j over the batch and p the target:
///   sum_j p log(p / q_j) + (1 - p) log((1 - p) / (1 - q_j))
/// (Ng, "Sparse autoencoder", CS294A lecture notes, 2011). Both logarithms go on as their tangents
/// below 1e-36, so that the term stays finite and a unit at 0 or 1 is still pushed back.
class KlSparsity final : public Penalty {
 public:
  struct Params : PenaltyParams {
    double target = 0.05;
    static void declare(Declare<Params>& d) {
      d.doc(
          "Keeps the mean activation of each of a code's units near a target: the Kullback-Leibler "
          "divergence of two coins, summed over the units (Ng 2011). The code lies in [0, 1].");
      d.known_as({"sparsity", "kl", "kl_divergence"});
      declare_common(d);
      d.add("target", &Params::target, "mean activation aimed at").above(0).below(1);
    }
  };
  explicit KlSparsity(const Params& params) : params_(params) {}

  const PenaltyParams& common() const override { return params_; }

  std::optional<std::string> objection(const Range& code) const override {
    if (code.within({0, 1})) return std::nullopt;
    return "kl_sparsity needs a code in [0, 1]; end the encoder in sigmoid, or use l1";
  }

  Tensor forward(const PenaltyBatch& batch) const override {
    const double p = params_.target;
    const Tensor q = batch.code.mean(0);
    const double entropy = p * std::log(p) + (1 - p) * std::log(1 - p);
    const Tensor cross = steady_log(q) * p + steady_log(1 - q) * (1 - p);
    return (-cross).add(entropy).sum();
  }

  PenaltyForm form() const override { return {PenaltyOp::kl_sparsity, params_.target}; }

 private:
  static Tensor steady_log(const Tensor& x) {
    constexpr double least = PenaltyForm::least_activity;
    const Tensor tangent = x / least + (std::log(least) - 1);
    return at::where(x > least, x.clamp_min(least).log(), tangent);
  }

  Params params_;
};

STRATA_REGISTER(Penalty, KlSparsity, "kl_sparsity");

}  // namespace
}  // namespace strata
