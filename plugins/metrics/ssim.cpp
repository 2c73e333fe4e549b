#include <algorithm>
#include <cmath>

#include "strata/core/metric.hpp"

namespace strata {
namespace {

/// The structural similarity of Wang et al. 2004 (equation 13), its mean over all windows that lie
/// in an image, over channels and images. Windows are 11 x 11, weighed by a normal curve of
/// standard deviation 1.5, smaller where the image is; K1 = 0.01, K2 = 0.03, and values reach from
/// 0 to 1. A sample without height is an image of one row.
class Ssim final : public Metric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "The structural similarity of rebuilt images, 1 where they are equal (Wang et al. "
          "2004).");
      d.known_as({"StructuralSimilarityIndexMeasure", "structural_similarity"});
    }
  };
  explicit Ssim(const Params&) {}

  bool suits(Target target) const override { return target == Target::pixels; }
  std::vector<FigureInfo> figures(Target) const override { return {{"ssim", Better::higher}}; }

  void start(const MetricUse& use) override {
    sum_ = at::zeros({}, use.place.dtype(at::kDouble));
    samples_ = at::zeros({}, use.place.dtype(at::kLong));
  }

  void update(const MetricBatch& batch) override {
    const Tensor x = planes(batch.output), y = planes(batch.target);
    const Tensor mx = smooth(x), my = smooth(y);
    const Tensor vx = smooth(x * x) - mx * mx, vy = smooth(y * y) - my * my;
    const Tensor both = smooth(x * y) - mx * my;
    constexpr double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    const Tensor similar =
        (mx * my * 2 + c1) * (both * 2 + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2));
    const int64_t images = batch.target.size(0);
    sum_ += similar.mean() * static_cast<double>(images);
    samples_ += images;
  }

  std::map<std::string, Json> result() const override {
    return {{"ssim", sum_.item<double>() / samples_.item<double>()}};
  }

  std::vector<Parameter> state() const override { return {{"sum", sum_}, {"samples", samples_}}; }

 private:
  /// {images * channels, 1, height, width}, float64: the variances are differences of near numbers.
  static Tensor planes(const Tensor& x) {
    const int64_t width = x.size(-1), height = x.dim() > 2 ? x.size(-2) : 1;
    return x.to(at::kDouble).reshape({-1, 1, height, width});
  }

  static Tensor smooth(const Tensor& x) {
    const Tensor down = curve(x.size(2), x.options()), across = curve(x.size(3), x.options());
    return at::conv2d(at::conv2d(x, down.view({1, 1, -1, 1})), across.view({1, 1, 1, -1}));
  }

  static Tensor curve(int64_t size, const at::TensorOptions& options) {
    const int64_t width = std::min<int64_t>(11, size);
    const Tensor place = at::arange(width, options) - static_cast<double>(width - 1) / 2;
    const Tensor weights = (place.square() / (-2 * 1.5 * 1.5)).exp();
    return weights / weights.sum();
  }

  Tensor sum_, samples_;
};

STRATA_REGISTER(Metric, Ssim, "ssim");

}  // namespace
}  // namespace strata
