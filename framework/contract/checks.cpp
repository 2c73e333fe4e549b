#include "strata/contract/checks.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "strata/support/random.hpp"

namespace strata {

namespace {

std::map<std::string, const FamilyChecks*>& all_families() {
  static std::map<std::string, const FamilyChecks*> all;
  return all;
}

}  // namespace

FamilyChecks::FamilyChecks(const char* family, CheckAll check_all, Use put_to_use)
    : check(check_all), use(put_to_use) {
  all_families()[family] = this;
}

const FamilyChecks* FamilyChecks::of(const std::string& family) {
  const auto it = all_families().find(family);
  return it == all_families().end() ? nullptr : it->second;
}

void Checks::run(const std::string& what, const std::function<void()>& body) {
  using Outcome = CheckResult::Outcome;
  CheckResult result{what, Outcome::passed, {}};
  try {
    if (!cause_.empty()) throw CheckSkipped(fmt::format("until '{}' is mended", cause_));
    body();
  } catch (const CheckSkipped& e) {
    result = {what, Outcome::skipped, e.what()};
  } catch (...) {
    result = {what, Outcome::failed, current_exception_text()};
  }
  if (listener_) listener_(result);
  results_.push_back(std::move(result));
}

void Checks::run_first(const std::string& what, const std::function<void()>& body) {
  run(what, body);
  if (cause_.empty() && results_.back().outcome == CheckResult::Outcome::failed) cause_ = what;
}

Tensor random_tensor(const std::vector<int64_t>& sizes, const std::string& name, double low,
                     double high, at::TensorOptions options) {
  Tensor values = at::empty(sizes, at::kDouble);
  const RandomStream stream = random_stream(0, "check", name);
  double* data = values.data_ptr<double>();
  for (int64_t i = 0; i < values.numel(); ++i)
    data[i] = low + (high - low) * stream.uniform(static_cast<uint64_t>(i));
  return values.to(options);
}

namespace {

void require_same_sizes(const Tensor& a, const Tensor& b, const std::string& what) {
  require(a.sizes() == b.sizes(), "{}: sizes {} and {}", what, shape_text(a.sizes().vec()),
          shape_text(b.sizes().vec()));
}

}  // namespace

void require_same_bits(const Tensor& a, const Tensor& b, const std::string& what) {
  if (!a.defined() && !b.defined()) return;  // gradients that there are not
  require(a.defined() && b.defined(), "{}: only one of them is there", what);
  require_same_sizes(a, b, what);
  if (at::equal(a, b)) return;
  const double difference = (a - b).abs().max().item().toDouble();
  require(std::isfinite(difference), "{}: they differ, and hold NaN or infinity", what);
  require(false, "{}: they differ by up to {:g}", what, difference);
}

void require_close(const Tensor& a, const Tensor& b, double tolerance, const std::string& what) {
  require_same_sizes(a, b, what);
  if (a.numel() == 0) return;
  const Tensor x = a.detach().to(at::kCPU, at::kDouble), y = b.detach().to(at::kCPU, at::kDouble);
  const double error = ((x - y).abs() / (1 + y.abs())).max().item<double>();
  require(std::isfinite(error), "{}: they differ, and hold NaN or infinity", what);
  require(error <= tolerance, "{}: they differ by up to {:g}, {:g} is allowed", what, error,
          tolerance);
}

void require_finite(const Tensor& t, const std::string& what) {
  require(at::isfinite(t).all().item<bool>(), "{} holds NaN or infinity", what);
}

void require_gradient(const std::function<double()>& value, Tensor variable, const Tensor& gradient,
                      const std::string& what) {
  require(gradient.defined(), "{} gets no gradient", what);
  require_same_sizes(gradient, variable, "gradient of " + what);
  const Tensor analytic = gradient.detach().to(at::kCPU, at::kDouble).contiguous();
  at::NoGradGuard no_grad;
  double* data = variable.detach().data_ptr<double>();
  const int64_t count = variable.numel(), step = 1 + (count - 1) / 200;
  for (int64_t i = 0; i < count; i += step) {
    const double kept = data[i], h = 1e-6 * std::fmax(1, std::fabs(kept));
    data[i] = kept + h;
    const double above = value();
    data[i] = kept - h;
    const double below = value();
    data[i] = kept;
    const double expected = (above - below) / (2 * h), got = analytic.data_ptr<double>()[i];
    // The differences' own rounding, where large values cancel, is no fault of the gradient.
    const double rounding = 4e-16 * (std::fabs(above) + std::fabs(below)) / h;
    const double error = std::fabs(got - expected) / std::fmax(1, std::fabs(expected));
    require(error <= 1e-6 + rounding,
            "gradient of {} at element {}: {:g}, by finite differences {:g}", what, i, got,
            expected);
  }
}

void require_way_back(const std::function<Tensor(const Tensor&)>& value,
                      const std::vector<Tensor>& places, double width, const std::string& what) {
  std::vector<double> values;
  for (const Tensor& place : places) values.push_back(value(place).item().toDouble());
  const double least = *std::min_element(values.begin(), values.end());
  for (size_t i = 0; i < places.size(); ++i) {
    require(std::isfinite(values[i]), "{}: its value there is {:g}", what, values[i]);
    if (values[i] <= least + 1e-3 * std::fmax(1, std::fabs(least))) continue;
    const double from = places[i].min().item().toDouble(), to = places[i].max().item().toDouble();
    const auto where =
        fmt::format("{}, from {:g} to {:g}, where it is {:g}", what, from, to, values[i]);
    const Tensor leaf = places[i].detach().clone().set_requires_grad(true);
    value(leaf).backward();
    const Tensor g = leaf.grad();
    require(g.defined(), "{}: no gradient", where);
    require_finite(g, where + ": its gradient");
    const double size = g.abs().max().item().toDouble();
    require(size > 0, "{}: its gradient is 0, so that nothing leads back", where);
    const Tensor next = places[i] - g * (1e-3 * width / size);
    const double after = value(next).item().toDouble();
    require(after < values[i], "{}: a step against its gradient makes it {:g}", where, after);
  }
}

}  // namespace strata
