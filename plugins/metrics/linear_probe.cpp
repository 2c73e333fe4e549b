#include "strata/core/kept_samples.hpp"
#include "strata/core/metric.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/linalg_solve.h>
#endif

namespace strata {
namespace {

constexpr double kRidge = 1e-3;

/// How often a linear classifier of codes is right about a sample that it was not fitted to: with
/// X a row a sample, each column of mean 0 and variance 1, then 1, and Y 1 at the label, it is the
/// least-squares fit of Y by X with a small ridge; what it says of a sample left out follows from
/// all at once (Allen 1974): y - (y - s) / (1 - h), s the fit and h the sample's own weight in it.
class LinearProbe final : public Metric {
 public:
  struct Params {
    int64_t samples = 2000;
    static void declare(Declare<Params>& d) {
      d.doc(
          "How well classes can be told apart by a linear classifier of the codes: the fraction of "
          "samples that a least-squares fit to all others calls right. It sees the split that is "
          "measured alone, and changes nothing that is trained.");
      d.known_as({"linear_evaluation", "linear_separability"});
      d.add("samples", &Params::samples, "how many it takes, spread over the split").min(1);
    }
  };
  explicit LinearProbe(const Params& params) : params_(params) {}

  bool suits(Target) const override { return true; }
  std::vector<FigureInfo> figures(Target) const override {
    return {{"linear_probe", Better::higher, Unit::fraction}};
  }

  void start(const MetricUse& use) override {
    classes_ = use.classes;
    kept_.start(use.samples, use.code, params_.samples, use.place);
  }
  void update(const MetricBatch& batch) override { kept_.add(batch.code, batch.labels); }

  std::map<std::string, Json> result() const override {
    const Tensor codes = kept_.values(), labels = kept_.labels();
    if (!at::isfinite(codes).all().item<bool>()) return {{"linear_probe", nullptr}};
    const auto n = static_cast<double>(codes.size(0));
    const Tensor centred = codes - codes.mean(0);
    const Tensor deviation = centred.square().mean(0).sqrt();
    const Tensor scaled =
        centred / at::where(deviation > 1e-12, deviation, at::ones_like(deviation));
    const Tensor x = at::cat({scaled, at::ones({codes.size(0), 1}, at::kDouble)}, 1);
    const Tensor y = at::one_hot(labels, classes_).to(at::kDouble);
    Tensor gram = x.t().matmul(x);
    gram.diagonal().add_(kRidge * n);
    const Tensor weighed = at::linalg_solve(gram, x.t());  // {code + 1, n}
    const Tensor own = (x * weighed.t()).sum(1, true);
    const Tensor fit = x.matmul(weighed.matmul(y));
    const Tensor left_out = y - (y - fit) / (1 - own);
    const Tensor right = left_out.argmax(1) == labels;
    return {{"linear_probe", right.sum().item<double>() / n}};
  }

  std::vector<Parameter> state() const override { return kept_.state(); }

 private:
  Params params_;
  int64_t classes_ = 0;
  KeptSamples kept_;
};

STRATA_REGISTER(Metric, LinearProbe, "linear_probe");

}  // namespace
}  // namespace strata
