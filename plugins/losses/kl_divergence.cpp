#include "strata/core/loss.hpp"

namespace strata {
namespace {

/// mean(t log(t / y) + (1 - t) log((1 - t) / (1 - y))) over all elements: the divergence of the
/// coin that falls with probability y from the one with t (Kullback and Leibler 1951). It is bce
/// less the target's own entropy, with bce's logarithms.
class KlDivergence final : public Loss {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "The Kullback-Leibler divergence of each output, as a probability, from its target: bce "
          "less the target's entropy, so that a perfect output has 0.");
      d.known_as({"KLDivLoss", "kld", "kullback_leibler_divergence"});
    }
  };
  explicit KlDivergence(const Params&) {}

  std::optional<std::string> objection(const LossUse& use) const override {
    const Range unit{0, 1};
    if (use.target == Target::labels)
      return "kl_divergence compares images or codes, not labels; use nll or cross_entropy";
    if (use.target_range && !use.target_range->within(unit))
      return "kl_divergence needs targets in [0, 1], and these codes can leave it; use mse";
    if (use.output && !use.output->within(unit))
      return "kl_divergence needs outputs in [0, 1]; end the decoder in sigmoid, or use mse";
    return std::nullopt;
  }

  FigureInfo measure(Target target) const override {
    return {target == Target::codes ? "code_kl_divergence" : "kl_divergence", Better::lower,
            Unit::nats};
  }

  Tensor forward(const Tensor& output, const Tensor& target) const override {
    return at::binary_cross_entropy(output, target) - at::binary_cross_entropy(target, target);
  }
};

STRATA_REGISTER(Loss, KlDivergence, "kl_divergence");

}  // namespace
}  // namespace strata
