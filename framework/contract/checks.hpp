#pragma once
// What the checks of the families share.
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "strata/contract/contract.hpp"
#include "strata/core/tensor.hpp"

namespace strata {

class CheckFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class CheckSkipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

template <class... Args>
void require(bool holds, fmt::format_string<Args...> message, Args&&... args) {
  if (!holds) throw CheckFailed(fmt::format(message, std::forward<Args>(args)...));
}

/// Runs checks one after another and keeps what came of each.
class Checks {
 public:
  explicit Checks(CheckListener listener) : listener_(std::move(listener)) {}

  /// The body throws CheckFailed or CheckSkipped; whatever else it throws is a failure too.
  void run(const std::string& what, const std::function<void()>& body);
  /// The same of a check without which the later ones say nothing: where it fails, they are
  /// skipped.
  void run_first(const std::string& what, const std::function<void()>& body);
  std::vector<CheckResult> take() { return std::move(results_); }

 private:
  CheckListener listener_;
  std::vector<CheckResult> results_;
  std::string cause_;  // the first check that failed of those that the others need
};

/// How a family is checked. Made once for each, in the family's own file, it registers itself:
/// `const FamilyChecks layer_checks(Layer::family, check_layer, use_layer);`
class FamilyChecks {
 public:
  /// `example` is the component as its example gives it.
  using CheckAll = void (*)(const ComponentRef& example, Checks& checks);
  /// Builds the component with other parameters and puts it to use once; throws where that fails. A
  /// refusal that says what is wrong (LayerError, UserError) is none.
  using Use = void (*)(const ComponentRef& ref);

  FamilyChecks(const char* family, CheckAll check_all, Use put_to_use);
  static const FamilyChecks* of(const std::string& family);  ///< null where there are none

  const CheckAll check;
  const Use use;
};

/// Parameters at and past their bounds, of the wrong type, unknown: refused by parsing, or taken
/// and survived.
void check_hostile_parameters(const ComponentInfo& info, const ComponentRef& example,
                              void (*use)(const ComponentRef&), Checks& checks);

// ---- Tensors ----

/// Uniform numbers in [low, high), the same for the same name, whatever the dtype.
Tensor random_tensor(const std::vector<int64_t>& sizes, const std::string& name, double low,
                     double high, at::TensorOptions options = at::kDouble);

/// `what` is named in the failure. NaN differs from everything.
void require_same_bits(const Tensor& a, const Tensor& b, const std::string& what);
void require_close(const Tensor& a, const Tensor& b, double tolerance, const std::string& what);
void require_finite(const Tensor& t, const std::string& what);

/// Central differences of `value`, a scalar (float64) that depends on `variable` (float64,
/// contiguous, on the CPU), against `gradient`; at most 200 elements, spread over the tensor.
void require_gradient(const std::function<double()>& value, Tensor variable, const Tensor& gradient,
                      const std::string& what);

/// Where a term is bad its gradient must say so, at values that no finite difference reaches too:
/// of `places`, some of them saturated, each at which `value` is worse than at the best of them has
/// a finite gradient, along which a small step makes it less. `width` is that of the values' range.
void require_way_back(const std::function<Tensor(const Tensor&)>& value,
                      const std::vector<Tensor>& places, double width, const std::string& what);

}  // namespace strata
