#include "strata/core/metric.hpp"

namespace strata {
namespace {

/// The mean over samples of sum_c (p_c - t_c)^2, p the softmax of the output and t 1 for the label
/// and 0 elsewhere (Brier 1950): from 0 to 2.
class Brier final : public Metric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("The squared error of the probabilities of all classes, from 0 to 2 (Brier 1950).");
      d.known_as({"brier_score", "brier_score_loss", "quadratic_score"});
    }
  };
  explicit Brier(const Params&) {}

  bool suits(Target target) const override { return target == Target::labels; }
  std::vector<FigureInfo> figures(Target) const override { return {{"brier"}}; }

  void start(const MetricUse& use) override {
    sum_ = at::zeros({}, use.place.dtype(at::kDouble));
    samples_ = at::zeros({}, use.place.dtype(at::kLong));
  }

  /// sum_c (p_c - t_c)^2 = 1 - 2 p_label + sum_c p_c^2
  void update(const MetricBatch& batch) override {
    const Tensor p = at::log_softmax(batch.output.to(at::kDouble), 1).exp();
    const Tensor own = p.gather(1, batch.target.unsqueeze(1)).squeeze(1);
    sum_ += (1 - own * 2 + p.square().sum(1)).sum();
    samples_ += batch.target.numel();
  }

  std::map<std::string, Json> result() const override {
    return {{"brier", sum_.item<double>() / samples_.item<double>()}};
  }

  std::vector<Parameter> state() const override { return {{"sum", sum_}, {"samples", samples_}}; }

 private:
  Tensor sum_, samples_;
};

STRATA_REGISTER(Metric, Brier, "brier");

}  // namespace
}  // namespace strata
