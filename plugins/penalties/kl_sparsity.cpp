#include "strata/core/penalty.hpp"

namespace strata {
namespace {

/// With q_j the mean activation of unit j over the batch and p the target:
///   sum_j p log(p / q_j) + (1 - p) log((1 - p) / (1 - q_j))
/// (Ng, "Sparse autoencoder", CS294A lecture notes, 2011). q is kept 1e-6 away from 0 and 1.
class KlSparsity final : public Penalty {
 public:
  struct Params : PenaltyParams {
    double target = 0.05;
    static void declare(Declare<Params>& d) {
      d.doc(
          "Keeps the mean activation of each of a code's units near a target: the Kullback-Leibler "
          "divergence of two coins, summed over the units (Ng 2011). The code lies in [0, 1].");
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

  Tensor forward(const Tensor& code) const override {
    const double p = params_.target;
    const Tensor q = code.mean(0).clamp(1e-6, 1 - 1e-6);
    const double entropy = p * std::log(p) + (1 - p) * std::log(1 - p);
    const Tensor cross = q.log() * p + at::log1p(-q) * (1 - p);
    return (-cross).add(entropy).sum();
  }

 private:
  Params params_;
};

STRATA_REGISTER(Penalty, KlSparsity, "kl_sparsity");

}  // namespace
}  // namespace strata
