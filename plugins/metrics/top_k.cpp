#include <fmt/format.h>

#include "strata/core/metric.hpp"

namespace strata {
namespace {

/// Of how many samples fewer than k classes have a larger output than the label's.
class TopK final : public Metric {
 public:
  struct Params {
    int64_t k = 5;
    static void declare(Declare<Params>& d) {
      d.doc("Fraction of samples whose class is among the k of the largest outputs.");
      d.known_as({"TopKCategoricalAccuracy", "top_k_accuracy", "top5"});
      d.add("k", &Params::k, "how many are looked at").min(1);
    }
  };
  explicit TopK(const Params& params) : params_(params) {}

  bool suits(Target target) const override { return target == Target::labels; }
  std::vector<FigureInfo> figures(Target) const override {
    return {{key(), Better::higher, Unit::fraction}};
  }

  void start(const MetricUse& use) override {
    right_ = at::zeros({}, use.place.dtype(at::kLong));
    samples_ = at::zeros({}, use.place.dtype(at::kLong));
  }

  void update(const MetricBatch& batch) override {
    const Tensor own = batch.output.gather(1, batch.target.unsqueeze(1));
    right_ += ((batch.output > own).sum(1) < params_.k).sum();
    samples_ += batch.target.numel();
  }

  std::map<std::string, Json> result() const override {
    return {{key(), right_.item<double>() / samples_.item<double>()}};
  }

  std::vector<Parameter> state() const override {
    return {{"right", right_}, {"samples", samples_}};
  }

 private:
  std::string key() const { return fmt::format("top_{}_accuracy", params_.k); }

  Params params_;
  Tensor right_, samples_;
};

STRATA_REGISTER(Metric, TopK, "top_k");

}  // namespace
}  // namespace strata
