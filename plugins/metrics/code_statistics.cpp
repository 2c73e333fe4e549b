#include <cmath>

#include "strata/core/metric.hpp"

#ifdef AT_PER_OPERATOR_HEADERS
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#endif

namespace strata {
namespace {

/// Of the codes of a split:
///   dead_units: the share of units that have one value for all samples;
///   saturated: the share of values within a hundredth of the range of either end, where the range
///     is bounded;
///   sparsity: (sqrt(n) - |a|_1 / |a|_2) / (sqrt(n) - 1), from 0 where all n units are equally far
///     from 0 to 1 where one alone is (Hoyer 2004), its mean over samples;
///   effective_rank: exp of the entropy of the covariance's eigenvalues, as shares of their sum:
///   how
///     many directions the codes use (Roy and Vetterli 2007).
class CodeStatistics final : public Metric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "What the codes are like: dead units, saturated values, sparsity, and how many "
          "directions "
          "they use (Hoyer 2004; Roy and Vetterli 2007).");
      d.known_as({"activation_statistics", "dead_units", "sparsity", "effective_rank"});
    }
  };
  explicit CodeStatistics(const Params&) {}

  bool suits(Target) const override { return true; }

  std::vector<FigureInfo> figures(Target) const override {
    return {{"dead_units", Better::lower, Unit::fraction},
            {"saturated", Better::neither, Unit::fraction},
            {"sparsity", Better::neither, Unit::fraction},
            {"effective_rank", Better::neither, Unit::none}};
  }

  void start(const MetricUse& use) override {
    range_ = use.code_range;
    const at::TensorOptions wide = use.place.dtype(at::kDouble);
    least_ = at::full({use.code}, std::numeric_limits<double>::infinity(), wide);
    most_ = -least_;
    sum_ = at::zeros({use.code}, wide);
    products_ = at::zeros({use.code, use.code}, wide);
    ends_ = at::zeros({}, use.place.dtype(at::kLong));
    sparsity_ = at::zeros({}, wide);
    samples_ = at::zeros({}, use.place.dtype(at::kLong));
  }

  void update(const MetricBatch& batch) override {
    const Tensor a = batch.code.flatten(1).to(at::kDouble);
    least_.copy_(at::minimum(least_, std::get<0>(a.min(0))));
    most_.copy_(at::maximum(most_, std::get<0>(a.max(0))));
    sum_ += a.sum(0);
    products_ += a.t().matmul(a);
    if (range_.bounded()) {
      const double margin = (range_.high - range_.low) / 100;
      ends_ += (a <= range_.low + margin).logical_or(a >= range_.high - margin).sum();
    }
    const double root = std::sqrt(static_cast<double>(a.size(1)));
    const Tensor spread = a.abs().sum(1) / a.square().sum(1).sqrt();  // 0 / 0 where all are 0
    if (a.size(1) > 1)
      sparsity_ +=
          at::where(spread == spread, (root - spread) / (root - 1), at::ones_like(spread)).sum();
    samples_ += a.size(0);
  }

  std::map<std::string, Json> result() const override {
    const double n = samples_.item<double>();
    const auto units = static_cast<double>(sum_.numel());
    const Tensor dead = most_ - least_ <= (most_.abs() + least_.abs()) * 1e-6;
    return {{"dead_units", dead.sum().item<double>() / units},
            {"saturated", range_.bounded() ? Json(ends_.item<double>() / n / units) : Json()},
            {"sparsity", sparsity_.item<double>() / n},
            {"effective_rank", effective_rank(n)}};
  }

  std::vector<Parameter> state() const override {
    return {{"least", least_},       {"most", most_}, {"sum", sum_},
            {"products", products_}, {"ends", ends_}, {"sparsity", sparsity_},
            {"samples", samples_}};
  }

 private:
  /// Null where the codes hold what is no number; 0 where they are all alike.
  Json effective_rank(double n) const {
    const Tensor mean = (sum_ / n).cpu();
    const Tensor covariance = (products_ / n).cpu() - mean.unsqueeze(1) * mean;
    if (!at::isfinite(covariance).all().item<bool>()) return nullptr;
    const double total = covariance.diagonal().sum().item<double>();
    if (!(total > 1e-20)) return 0.0;
    const Tensor shares = at::linalg_eigvalsh(covariance).clamp_min(0) / total;
    const Tensor entropy = -(shares * shares.clamp_min(1e-300).log()).sum();
    return entropy.exp().item<double>();
  }

  Range range_;
  Tensor least_, most_, sum_, products_, ends_, sparsity_, samples_;
};

STRATA_REGISTER(Metric, CodeStatistics, "code_statistics");

}  // namespace
}  // namespace strata
