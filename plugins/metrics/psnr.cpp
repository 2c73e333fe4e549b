#include "strata/core/metric.hpp"

namespace strata {
namespace {

/// The mean over images of 10 log10(1 / e), e an image's mean squared error and 1 the largest value
/// a pixel can have; at most 100 dB, for images without an error.
class Psnr final : public Metric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("The peak signal-to-noise ratio of rebuilt images in decibels, its mean over images.");
      d.known_as({"PeakSignalNoiseRatio", "peak_signal_to_noise_ratio"});
    }
  };
  explicit Psnr(const Params&) {}

  bool suits(Target target) const override { return target == Target::pixels; }
  std::vector<FigureInfo> figures(Target) const override {
    return {{"psnr", Better::higher, Unit::decibels}};
  }

  void start(const MetricUse& use) override {
    sum_ = at::zeros({}, use.place.dtype(at::kDouble));
    samples_ = at::zeros({}, use.place.dtype(at::kLong));
  }

  void update(const MetricBatch& batch) override {
    const Tensor errors =
        (batch.output - batch.target).to(at::kDouble).square().flatten(1).mean(1).clamp_min(1e-10);
    sum_ -= errors.log10().sum() * 10;
    samples_ += batch.target.size(0);
  }

  std::map<std::string, Json> result() const override {
    return {{"psnr", sum_.item<double>() / samples_.item<double>()}};
  }

  std::vector<Parameter> state() const override { return {{"sum", sum_}, {"samples", samples_}}; }

 private:
  Tensor sum_, samples_;
};

STRATA_REGISTER(Metric, Psnr, "psnr");

}  // namespace
}  // namespace strata
