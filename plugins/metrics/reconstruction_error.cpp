#include "strata/core/metric.hpp"

namespace strata {
namespace {

class ReconstructionError final : public Metric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Mean squared error over all elements between a stage's output and its target.");
      d.known_as({"reconstruction_loss"});
    }
  };
  explicit ReconstructionError(const Params&) {}

  bool suits(Target target) const override { return target != Target::labels; }

  std::vector<FigureInfo> figures(Target target) const override { return {{key(target)}}; }

  void start(const MetricUse& use) override {
    target_ = use.target;
    sum_ = at::zeros({}, use.place.dtype(at::kDouble));
    elements_ = at::zeros({}, use.place.dtype(at::kLong));
  }

  void update(const MetricBatch& batch) override {
    sum_ += at::mse_loss(batch.output, batch.target, at::Reduction::Sum);
    elements_ += batch.target.numel();
  }

  std::map<std::string, Json> result() const override {
    return {{key(target_), sum_.item<double>() / elements_.item<double>()}};
  }

  std::vector<Parameter> state() const override { return {{"sum", sum_}, {"elements", elements_}}; }
  MetricForm form() const override { return {MetricOp::squared_error}; }

 private:
  static const char* key(Target target) {
    return target == Target::codes ? "code_error" : "reconstruction_error";
  }

  Target target_ = Target::pixels;
  Tensor sum_, elements_;
};

STRATA_REGISTER(Metric, ReconstructionError, "reconstruction_error");

}  // namespace
}  // namespace strata
