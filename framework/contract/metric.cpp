#include "strata/core/metric.hpp"

#include "strata/contract/checks.hpp"

namespace strata {
namespace {

constexpr int64_t kClasses = 5, kCount = 40;
using Results = std::map<std::string, Json>;

std::shared_ptr<Metric> built_metric(const ComponentRef& ref) {
  return std::static_pointer_cast<Metric>(ref.info->create(ref.params.get()));
}

std::vector<Target> suited(const Metric& metric) {
  std::vector<Target> targets;
  for (const Target target : {Target::pixels, Target::codes, Target::labels})
    if (metric.suits(target)) targets.push_back(target);
  return targets;
}

Tensor output_for(Target target) {
  if (target == Target::labels) return random_tensor({kCount, kClasses}, "output", -3, 3);
  return random_tensor({kCount, 2, 3}, "output", 0, 1);
}

Tensor target_for(Target target) {
  if (target == Target::labels) return at::arange(kCount, at::kLong).remainder(kClasses);
  return random_tensor({kCount, 2, 3}, "target", 0, 1);
}

/// The results when the samples come in batches of these sizes.
Results measured(Metric& metric, Target target, const std::vector<int64_t>& batches) {
  const Tensor output = output_for(target), truth = target_for(target);
  metric.start(target == Target::labels ? kClasses : 0, output.options());
  int64_t first = 0;
  for (const int64_t n : batches) {
    metric.update(output.narrow(0, first, n), truth.narrow(0, first, n));
    first += n;
  }
  return metric.result();
}

void require_same_results(const Json& a, const Json& b, const std::string& key) {
  require(a.type() == b.type() && a.size() == b.size(), "'{}': {} and {}", key, a.dump(), b.dump());
  if (a.is_number_float()) {
    const double x = a.get<double>(), y = b.get<double>();
    require(std::fabs(x - y) <= 1e-12 * (1 + std::fabs(y)), "'{}': {} and {}", key, x, y);
  } else if (a.is_structured()) {
    for (auto i = a.begin(), j = b.begin(); i != a.end(); ++i, ++j)
      require_same_results(*i, *j, key);
  } else {
    require(a == b, "'{}': {} and {}", key, a.dump(), b.dump());
  }
}

void require_same_results(const Results& a, const Results& b) {
  require(a.size() == b.size(), "{} results and {}", a.size(), b.size());
  for (const auto& [key, value] : a) {
    require(b.count(key) == 1, "'{}' is missing in one of them", key);
    require_same_results(value, b.at(key), key);
  }
}

void check_results(Metric& metric, Target target) {
  const Results results = measured(metric, target, {kCount});
  require(!results.empty(), "it has no result for {}", target_name(target));
  for (const auto& [key, value] : results) {
    require(!key.empty(), "a result has no name");
    // A number that is not finite is written as null in JSON.
    require(!value.is_number_float() || std::isfinite(value.get<double>()), "'{}' is {}", key,
            value.dump());
  }
}

void check_metric(const ComponentRef& ref, Checks& checks) {
  const auto metric = built_metric(ref);
  const auto each = [&](const std::string& what, const std::function<void(Target)>& body) {
    checks.run(what, [&] {
      for (const Target target : suited(*metric)) body(target);
    });
  };
  checks.run("suits some target", [&] {
    require(!suited(*metric).empty(), "it suits neither images, codes nor labels");
  });
  each("has finite results by name", [&](Target t) { check_results(*metric, t); });
  each("gives the same however the samples are batched", [&](Target t) {
    require_same_results(measured(*metric, t, {kCount}), measured(*metric, t, {7, 1, 32}));
  });
  each("starts afresh", [&](Target t) {
    require_same_results(measured(*metric, t, {10, 30}), measured(*built_metric(ref), t, {10, 30}));
  });
}

void use_metric(const ComponentRef& ref) {
  const auto metric = built_metric(ref);
  for (const Target target : suited(*metric)) measured(*metric, target, {kCount});
}

}  // namespace

FamilyChecks metric_checks() {
  return {check_metric, use_metric};
}

}  // namespace strata
