#include "strata/core/penalty.hpp"

#include <limits>

#include "strata/contract/checks.hpp"
#include "strata/contract/form.hpp"

namespace strata {
namespace {

std::shared_ptr<Penalty> built_penalty(const ComponentRef& ref) {
  return std::static_pointer_cast<Penalty>(ref.info->create(ref.params.get()));
}

std::vector<Range> suited(const Penalty& penalty) {
  std::vector<Range> ranges;
  for (const Range& range : {Range{0, 1}, Range{-1, 1}, Range{}})
    if (const auto objection = penalty.objection(range)) {
      require(!objection->empty(), "it refuses a code without a word");
    } else {
      ranges.push_back(range);
    }
  require(!ranges.empty(), "it suits no code, not even one in [0, 1]");
  return ranges;
}

Tensor code_in(const Range& range, int64_t batch, at::TensorOptions options = at::kDouble) {
  const double low = range.bounded() ? range.low : -3, high = range.bounded() ? range.high : 3;
  const double margin = 0.02 * (high - low);
  return random_tensor({batch, 2, 3}, "code", low + margin, high - margin, options);
}

PenaltyBatch only(const Tensor& code) {
  return {code, {}, {}, {}, {}};
}

void check_scalar(const Penalty& penalty) {
  for (const Range& range : suited(penalty))
    for (const int64_t batch : {1, 6, 1000}) {
      const Tensor code = code_in(range, batch), kept = code.clone();
      const Tensor value = penalty.forward(only(code));
      require(value.dim() == 0, "{} dimensions came, a scalar was expected", value.dim());
      require_finite(value, "its value");
      require_same_bits(penalty.forward(only(code)), value, "two calls");
      require_same_bits(code, kept, "the code before and after");
    }
}

void check_gradient(const Penalty& penalty) {
  for (const Range& range : suited(penalty)) {
    const Tensor code = code_in(range, 4).set_requires_grad(true);
    const Tensor value = penalty.forward(only(code));
    require(value.requires_grad(), "no gradient flows through it");
    value.backward();
    require_gradient([&] { return penalty.forward(only(code.detach())).item<double>(); }, code,
                     code.grad(), "the code");
  }
}

void check_precision(const Penalty& penalty) {
  for (const Range& range : suited(penalty)) {
    const Tensor single = penalty.forward(only(code_in(range, 6, at::kFloat)));
    require(single.scalar_type() == at::kFloat, "float32 goes in, {} comes out",
            c10::toString(single.scalar_type()));
    require_close(single, penalty.forward(only(code_in(range, 6))), 1e-4, "float32 and float64");
  }
}

/// Codes all at one end, close to it, and in between.
std::vector<Tensor> saturated_codes(const Range& range, at::ScalarType dtype) {
  const double low = range.bounded() ? range.low : -1e4, high = range.bounded() ? range.high : 1e4;
  const auto all = [&](double value) { return at::full({5, 2, 3}, value, dtype); };
  return {all(low),  all(low + 1e-30), all(low + 1e-7),
          all(high), all(high - 1e-7), code_in(range, 5, dtype)};
}

void check_saturated(const Penalty& penalty) {
  for (const Range& range : suited(penalty))
    for (const at::ScalarType dtype : {at::kDouble, at::kFloat})
      require_way_back([&](const Tensor& code) { return penalty.forward(only(code)); },
                       saturated_codes(range, dtype), range.bounded() ? range.high - range.low : 1,
                       fmt::format("codes in {}", c10::toString(dtype)));
}

void check_form(const Penalty& penalty) {
  const PenaltyForm form = penalty.form();
  if (form.op == PenaltyOp::opaque) throw CheckSkipped("it says none");
  for (const Range& range : suited(penalty)) {
    std::vector<Tensor> codes = saturated_codes(range, at::kDouble);
    for (const Tensor& code : codes)
      require_close(penalty.forward(only(code)), computed(form, code), 1e-12, "value");
  }
}

void check_penalty(const ComponentRef& ref, Checks& checks) {
  const auto penalty = built_penalty(ref);
  checks.run("is a finite scalar for what it suits", [&] { check_scalar(*penalty); });
  checks.run("its gradient agrees with finite differences", [&] { check_gradient(*penalty); });
  checks.run("its gradient leads back from saturated codes", [&] { check_saturated(*penalty); });
  checks.run("float32 agrees with float64", [&] { check_precision(*penalty); });
  checks.run("computes what its form says", [&] { check_form(*penalty); });
}

void use_penalty(const ComponentRef& ref) {
  check_scalar(*built_penalty(ref));
}

const FamilyChecks penalty_checks(Penalty::family, check_penalty, use_penalty);

}  // namespace
}  // namespace strata
