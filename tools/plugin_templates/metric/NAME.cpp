// The part of elements that are rebuilt within a tolerance: a metric with a parameter, to put your
// own in the place of.
#include "strata/core/metric.hpp"

namespace strata {
namespace {

class @Class@ final : public Metric {
 public:
  struct Params {
    double tolerance = 0.1;
    static void declare(Declare<Params>& d) {
      d.doc("The fraction of a sample's elements that are rebuilt within a tolerance.");
      d.add("tolerance", &Params::tolerance, "how far off an element may be").min(0);
    }
  };
  explicit @Class@(const Params& params) : tolerance_(params.tolerance) {}

  bool suits(Target target) const override { return target == Target::pixels; }
  std::vector<FigureInfo> figures(Target) const override {
    return {{"@name@", Better::higher, Unit::fraction}};
  }

  void start(const MetricUse& use) override {
    close_ = at::zeros({}, use.place.dtype(at::kLong));
    all_ = at::zeros({}, use.place.dtype(at::kLong));
  }
  void update(const MetricBatch& batch) override {
    close_ += ((batch.output - batch.target).abs() <= tolerance_).sum();
    all_ += batch.target.numel();
  }
  std::map<std::string, Json> result() const override {
    return {{"@name@", close_.item<double>() / all_.item<double>()}};
  }
  std::vector<Parameter> state() const override { return {{"close", close_}, {"all", all_}}; }

 private:
  double tolerance_;
  Tensor close_, all_;
};

STRATA_REGISTER(Metric, @Class@, "@name@");

}  // namespace
}  // namespace strata
