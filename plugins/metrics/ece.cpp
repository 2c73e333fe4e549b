#include "strata/core/metric.hpp"

namespace strata {
namespace {

/// The expected calibration error (Naeini et al. 2015; Guo et al. 2017, equation 3): predictions
/// are sorted by their probability into bins of equal width, and the gaps between a bin's accuracy
/// and its mean probability averaged, each weighing as many samples as it has.
class CalibrationError final : public Metric {
 public:
  struct Params {
    int64_t bins = 15;
    static void declare(Declare<Params>& d) {
      d.doc(
          "How far the probability of a prediction is from the fraction that is right: the "
          "expected "
          "calibration error (Guo et al. 2017).");
      d.known_as({"CalibrationError", "expected_calibration_error", "calibration"});
      d.add("bins", &Params::bins, "of equal width, into which predictions are sorted")
          .known_as({"n_bins"})
          .min(1);
    }
  };
  explicit CalibrationError(const Params& params) : bins_(params.bins) {}

  bool suits(Target target) const override { return target == Target::labels; }
  std::vector<FigureInfo> figures(Target) const override {
    return {{"ece", Better::lower, Unit::fraction}};
  }

  void start(const MetricUse& use) override {
    gaps_ = at::zeros({bins_}, use.place.dtype(at::kDouble));
    samples_ = at::zeros({}, use.place.dtype(at::kLong));
  }

  /// Of a bin of n samples, n |accuracy - mean probability| is the sum of (right - probability).
  void update(const MetricBatch& batch) override {
    const Tensor p = at::log_softmax(batch.output.to(at::kDouble), 1).exp();
    const Tensor best = batch.output.argmax(1);
    const Tensor sure = p.gather(1, best.unsqueeze(1)).squeeze(1);
    const Tensor bin = (sure * static_cast<double>(bins_)).to(at::kLong).clamp_max(bins_ - 1);
    gaps_.scatter_add_(0, bin, (best == batch.target).to(at::kDouble) - sure);
    samples_ += batch.target.numel();
  }

  std::map<std::string, Json> result() const override {
    return {{"ece", gaps_.abs().sum().item<double>() / samples_.item<double>()}};
  }

  std::vector<Parameter> state() const override { return {{"gaps", gaps_}, {"samples", samples_}}; }

 private:
  int64_t bins_;
  Tensor gaps_, samples_;
};

STRATA_REGISTER(Metric, CalibrationError, "ece");

}  // namespace
}  // namespace strata
