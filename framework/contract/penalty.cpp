#include "strata/core/penalty.hpp"

#include <ATen/core/grad_mode.h>

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

/// What a penalty sees of an encoder that made this code of no input.
PenaltyBatch seen(const Penalty& penalty, const Tensor& code) {
  PenaltyBatch batch{code, {}, {}, {}, {}, {}};
  for (const std::string& name : penalty.needs())
    batch.sides["encoder.0.1." + name] =
        random_tensor({code.size(0), 3}, name, -1, 1, code.options());
  return batch;
}

/// A small encoder, whose codes have the range asked for: all that a penalty may depend on.
struct SmallEncoder {
  Tensor input = random_tensor({4, 5}, "input", -1, 1);
  std::vector<Parameter> parameters{
      {"encoder.0.0.weight", random_tensor({6, 5}, "weight", -1, 1)},
      {"encoder.0.0.bias", random_tensor({6}, "bias", -1, 1)},
  };

  PenaltyBatch batch(const Penalty& penalty, const Range& range) const {
    const Tensor x = input.detach().set_requires_grad(true);
    const Tensor a = at::linear(x, parameters[0].value, parameters[1].value);
    const Tensor code = !range.bounded() ? a : range.low == 0 ? at::sigmoid(a) : at::tanh(a);
    PenaltyBatch batch{code.view({4, 2, 3}), x, {}, parameters, {}, {}};
    double scale = 1;
    for (const std::string& name : penalty.needs())
      batch.sides["encoder.0.1." + name] = a * (scale /= 2);
    return batch;
  }
};

void check_scalar(const Penalty& penalty) {
  for (const Range& range : suited(penalty))
    for (const int64_t batch : {1, 6, 1000}) {
      const Tensor code = code_in(range, batch), kept = code.clone();
      const Tensor value = penalty.forward(seen(penalty, code));
      require(value.dim() == 0, "{} dimensions came, a scalar was expected", value.dim());
      require_finite(value, "its value");
      require_same_bits(penalty.forward(seen(penalty, code)), value, "two calls");
      require_same_bits(code, kept, "the code before and after");
    }
}

/// By the code alone, where it depends on that.
void check_code_gradient(const Penalty& penalty, const Range& range) {
  const Tensor code = code_in(range, 4).set_requires_grad(true);
  const Tensor value = penalty.forward(seen(penalty, code));
  if (!value.requires_grad()) return;
  value.backward();
  require_gradient([&] { return penalty.forward(seen(penalty, code.detach())).item<double>(); },
                   code, code.grad(), "the code");
}

/// By the parameters of an encoder, whatever it is of the encoder that the penalty depends on.
void check_parameter_gradients(const Penalty& penalty, const Range& range) {
  const SmallEncoder encoder;
  for (const Parameter& p : encoder.parameters) p.value.set_requires_grad(true);
  const Tensor value = penalty.forward(encoder.batch(penalty, range));
  require(value.requires_grad(), "no gradient flows through it");
  value.backward();
  for (const Parameter& p : encoder.parameters) {
    const Tensor gradient = p.value.grad().defined() ? p.value.grad() : at::zeros_like(p.value);
    const auto again = [&] {
      const at::AutoGradMode differentiated(true);  // it may differentiate the code itself
      return penalty.forward(encoder.batch(penalty, range)).item<double>();
    };
    require_gradient(again, p.value, gradient, "an encoder's " + p.name);
  }
}

void check_gradient(const Penalty& penalty) {
  for (const Range& range : suited(penalty)) {
    check_code_gradient(penalty, range);
    check_parameter_gradients(penalty, range);
  }
}

void check_precision(const Penalty& penalty) {
  for (const Range& range : suited(penalty)) {
    const Tensor single = penalty.forward(seen(penalty, code_in(range, 6, at::kFloat)));
    require(single.scalar_type() == at::kFloat, "float32 goes in, {} comes out",
            c10::toString(single.scalar_type()));
    require_close(single, penalty.forward(seen(penalty, code_in(range, 6))), 1e-4,
                  "float32 and float64");
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
      require_way_back([&](const Tensor& code) { return penalty.forward(seen(penalty, code)); },
                       saturated_codes(range, dtype), range.bounded() ? range.high - range.low : 1,
                       fmt::format("codes in {}", c10::toString(dtype)));
}

void check_form(const Penalty& penalty) {
  const PenaltyForm form = penalty.form();
  if (form.op == PenaltyOp::opaque) throw CheckSkipped("it says none");
  for (const Range& range : suited(penalty)) {
    std::vector<Tensor> codes = saturated_codes(range, at::kDouble);
    for (const Tensor& code : codes)
      require_close(penalty.forward(seen(penalty, code)), computed(form, code), 1e-12, "value");
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
