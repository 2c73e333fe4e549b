#include <algorithm>

#include "strata/core/kept_samples.hpp"
#include "strata/core/metric.hpp"

namespace strata {
namespace {

/// Of a class: the probability that one of its samples has a higher score than one of another
/// class, equal scores counting half (Hanley and McNeil 1982), from the ranks of all scores. The
/// score is the class's probability. All scores are kept.
class AreaUnderCurve final : public Metric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "The area under the receiver operating characteristic, each class against all others: by "
          "class, and the mean (Hanley and McNeil 1982).");
      d.known_as({"AUROC", "roc_auc", "roc_auc_score"});
    }
  };
  explicit AreaUnderCurve(const Params&) {}

  bool suits(Target target) const override { return target == Target::labels; }
  std::vector<FigureInfo> figures(Target) const override {
    return {{"macro_auc", Better::higher, Unit::fraction},
            {"auc", Better::higher, Unit::fraction, FigureRole::per_class}};
  }

  void start(const MetricUse& use) override {
    classes_ = use.classes;
    kept_.start(use.samples, classes_, 0, use.place);
  }

  void update(const MetricBatch& batch) override {
    kept_.add(at::log_softmax(batch.output, 1).narrow(1, 0, classes_), batch.target);
  }

  std::map<std::string, Json> result() const override {
    const Tensor scores = kept_.values().t().contiguous(), labels = kept_.labels();
    Json areas = Json::array();
    double sum = 0;
    int64_t defined = 0;
    for (int64_t c = 0; c < classes_; ++c) {
      areas.push_back(area(scores[c].data_ptr<double>(), labels, c));
      if (!areas.back().is_number()) continue;
      sum += areas.back().get<double>();
      ++defined;
    }
    const Json mean = defined == 0 ? Json() : Json(sum / static_cast<double>(defined));
    return {{"macro_auc", mean}, {"auc", areas}};
  }

  std::vector<Parameter> state() const override { return kept_.state(); }

 private:
  /// Null where the class, or what is not of it, has no samples.
  static Json area(const double* scores, const Tensor& labels, int64_t c) {
    const int64_t* label = labels.data_ptr<int64_t>();
    std::vector<int64_t> order(static_cast<size_t>(labels.numel()));
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
    std::sort(order.begin(), order.end(),
              [&](int64_t a, int64_t b) { return scores[a] < scores[b]; });
    double below = 0, wins = 0, own = 0;  // samples of others so far, of the class against them
    for (size_t first = 0; first < order.size();) {
      double others = 0, ours = 0;  // of one score
      size_t last = first;
      for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last)
        (label[order[last]] == c ? ours : others) += 1;
      wins += ours * (below + others / 2);
      below += others;
      own += ours;
      first = last;
    }
    return own == 0 || below == 0 ? Json() : Json(wins / own / below);
  }

  int64_t classes_ = 0;
  KeptSamples kept_;
};

STRATA_REGISTER(Metric, AreaUnderCurve, "auc");

}  // namespace
}  // namespace strata
