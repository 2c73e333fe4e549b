#include <algorithm>

#include "strata/core/kept_samples.hpp"
#include "strata/core/metric.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/topk.h>
#endif

namespace strata {
namespace {

/// How often most of the k samples whose codes are nearest (Euclidean) are of a sample's own class
/// (Cover and Hart 1967), each sample looked up among all others. Of classes with as many votes
/// the one whose are nearer counts.
class KnnProbe final : public Metric {
 public:
  struct Params {
    int64_t k = 5;
    int64_t samples = 2000;
    static void declare(Declare<Params>& d) {
      d.doc(
          "How well classes keep together among the codes: the fraction of samples that a vote of "
          "the nearest others calls right. It sees the split that is measured alone.");
      d.known_as({"knn", "knn_accuracy", "nearest_neighbors"});
      d.add("k", &Params::k, "neighbours that vote").known_as({"n_neighbors", "neighbors"}).min(1);
      d.add("samples", &Params::samples, "how many it takes, spread over the split").min(1);
    }
  };
  explicit KnnProbe(const Params& params) : params_(params) {}

  bool suits(Target) const override { return true; }
  std::vector<FigureInfo> figures(Target) const override {
    return {{"knn_probe", Better::higher, Unit::fraction}};
  }

  void start(const MetricUse& use) override {
    classes_ = use.classes;
    kept_.start(use.samples, use.code, params_.samples, use.place);
  }
  void update(const MetricBatch& batch) override { kept_.add(batch.code, batch.labels); }

  std::map<std::string, Json> result() const override {
    const Tensor codes = kept_.values(), labels = kept_.labels();
    const int64_t n = codes.size(0), k = std::min(params_.k, n - 1);
    if (k < 1 || !at::isfinite(codes).all().item<bool>()) return {{"knn_probe", nullptr}};
    const Tensor squares = codes.square().sum(1);
    Tensor distance = squares.unsqueeze(1) + squares - codes.matmul(codes.t()) * 2;
    distance.diagonal().fill_(std::numeric_limits<double>::infinity());
    const Tensor nearest = std::get<1>(at::topk(distance, k, 1, false, true));
    // The nearer of two neighbours has a vote more by less than all of them together make up.
    const Tensor votes = 1 - at::arange(k, at::kDouble) / static_cast<double>(2 * k * k);
    const Tensor voters = labels.index_select(0, nearest.flatten()).view({n, k});
    const Tensor counted =
        at::zeros({n, classes_}, at::kDouble).scatter_add_(1, voters, votes.expand({n, k}));
    const Tensor right = counted.argmax(1) == labels;
    return {{"knn_probe", right.sum().item<double>() / static_cast<double>(n)}};
  }

  std::vector<Parameter> state() const override { return kept_.state(); }

 private:
  Params params_;
  int64_t classes_ = 0;
  KeptSamples kept_;
};

STRATA_REGISTER(Metric, KnnProbe, "knn_probe");

}  // namespace
}  // namespace strata
