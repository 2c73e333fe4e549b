#include "strata/core/metric.hpp"

#include "strata/contract/checks.hpp"
#include "strata/contract/form.hpp"

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

Tensor code_for() {
  return random_tensor({kCount, 4}, "code", 0, 1);
}
Tensor label_for() {
  return target_for(Target::labels);
}

MetricUse use_of(Target target, const Tensor& output) {
  return {target, kClasses, output.options(), kCount, code_for().size(1), {0, 1}};
}

/// The results when the samples come in batches of these sizes.
Results measured(Metric& metric, Target target, const std::vector<int64_t>& batches) {
  const Tensor output = output_for(target), truth = target_for(target);
  const Tensor code = code_for(), labels = label_for();
  metric.start(use_of(target, output));
  int64_t first = 0;
  for (const int64_t n : batches) {
    metric.update({output.narrow(0, first, n), truth.narrow(0, first, n), code.narrow(0, first, n),
                   labels.narrow(0, first, n)});
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

void check_declared(Metric& metric, Target target) {
  std::map<std::string, Json> results = measured(metric, target, {kCount});
  for (const FigureInfo& figure : metric.figures(target)) {
    const auto result = results.find(figure.key);
    require(result != results.end(), "figures() names '{}', which is no result", figure.key);
    const bool one = figure.role == FigureRole::score || figure.role == FigureRole::cost;
    require(one == !result->second.is_array(), "'{}' is said to be {}one number, and is {}",
            figure.key, one ? "" : "no ", result->second.dump());
    results.erase(result);
  }
  require(results.empty(), "figures() does not name '{}'",
          results.empty() ? "" : results.begin()->first);
}

/// Everything that a checkpoint holds between two batches, put into another one.
void check_resumes(const ComponentRef& ref, Target target) {
  const Tensor output = output_for(target), truth = target_for(target);
  const auto whole = built_metric(ref), resumed = built_metric(ref);
  const MetricUse use = use_of(target, output);
  const auto update = [&](Metric& metric, int64_t first, int64_t n) {
    metric.update({output.narrow(0, first, n), truth.narrow(0, first, n),
                   code_for().narrow(0, first, n), label_for().narrow(0, first, n)});
  };
  whole->start(use);
  update(*whole, 0, 25);
  resumed->start(use);
  const auto saved = whole->state(), into = resumed->state();
  require(saved.size() == into.size(), "its state has {} tensors, and then {}", into.size(),
          saved.size());
  for (size_t i = 0; i < saved.size(); ++i) {
    require(saved[i].name == into[i].name, "its state's names change: '{}', '{}'", into[i].name,
            saved[i].name);
    into[i].value.copy_(saved[i].value);
  }
  update(*whole, 25, kCount - 25);
  update(*resumed, 25, kCount - 25);
  require(whole->result() == resumed->result(), "40 samples, and 25, saved, read and 15 more");
}

void check_form(Metric& metric, Target target) {
  if (metric.form().op == MetricOp::opaque) throw CheckSkipped("it says none");
  measured(metric, target, {7, 1, 32});
  const auto expected = computed(metric.form(), output_for(target), target_for(target));
  const auto state = metric.state();
  require(state.size() == expected.size(), "its state has {} tensors, its form {}", state.size(),
          expected.size());
  for (const Parameter& p : state) {
    require(expected.count(p.name) == 1, "its form has no state '{}'", p.name);
    require_close(p.value, expected.at(p.name), 1e-12, p.name);
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
  each("declares its figures", [&](Target t) { check_declared(*metric, t); });
  each("resumes from its state", [&](Target t) { check_resumes(ref, t); });
  each("counts what its form says", [&](Target t) { check_form(*metric, t); });
  each("starts afresh", [&](Target t) {
    require_same_results(measured(*metric, t, {10, 30}), measured(*built_metric(ref), t, {10, 30}));
  });
}

void use_metric(const ComponentRef& ref) {
  const auto metric = built_metric(ref);
  for (const Target target : suited(*metric)) measured(*metric, target, {kCount});
}

const FamilyChecks metric_checks(Metric::family, check_metric, use_metric);

}  // namespace
}  // namespace strata
