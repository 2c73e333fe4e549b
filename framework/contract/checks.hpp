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

/// How a family is checked. `example` is the component as its example gives it.
struct FamilyChecks {
  void (*check)(const ComponentRef& example, Checks& checks);
  /// Builds the component with other parameters and puts it to use once; throws where that fails. A
  /// refusal that says what is wrong (LayerError, UserError) is none.
  void (*use)(const ComponentRef& ref);
};
FamilyChecks layer_checks();
FamilyChecks loss_checks();
FamilyChecks optimizer_checks();
FamilyChecks initializer_checks();
FamilyChecks metric_checks();
FamilyChecks strategy_checks();
FamilyChecks dataset_checks();
FamilyChecks schedule_checks();
FamilyChecks corruption_checks();
FamilyChecks penalty_checks();

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

}  // namespace strata
