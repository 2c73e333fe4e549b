#include "strata/core/loss.hpp"
#include "strata/core/gpu.hpp"

#include <limits>

#include "strata/contract/checks.hpp"
#include "strata/contract/form.hpp"

namespace strata {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int64_t kLabelClasses = 5;

/// A use that a stage may make of a loss.
struct Use {
  Target target;
  Range output, target_range;
  const char* name;

  LossUse question() const {
    LossUse use;
    use.target = target;
    use.output = output;
    use.target_range = target_range;
    return use;
  }
};

std::vector<Use> every_use() {
  return {{Target::pixels, {0, 1}, {0, 1}, "pixels from outputs in [0, 1]"},
          {Target::pixels, {}, {0, 1}, "pixels from any outputs"},
          {Target::codes, {-1, 1}, {-1, 1}, "codes in [-1, 1]"},
          {Target::codes, {}, {0, kInf}, "codes above 0"},
          {Target::labels, {-kInf, 0}, {}, "labels from log-probabilities"},
          {Target::labels, {}, {}, "labels from any outputs"}};
}

double low(const Range& range) {
  return std::isfinite(range.low) ? range.low : -3;
}
double high(const Range& range) {
  return std::isfinite(range.high) ? range.high : 3;
}

Tensor output_for(const Use& use, int64_t batch, at::TensorOptions options = at::kDouble) {
  if (use.target == Target::labels) {
    const Tensor raw = random_tensor({batch, kLabelClasses}, "output", -3, 3, options);
    return use.output.high <= 0 ? at::log_softmax(raw, 1) : raw;
  }
  const double margin = 0.02 * (high(use.output) - low(use.output));
  return random_tensor({batch, 2, 3}, "output", low(use.output) + margin, high(use.output) - margin,
                       options);
}

Tensor target_for(const Use& use, int64_t batch, at::TensorOptions options = at::kDouble) {
  if (use.target == Target::labels)
    return at::arange(batch, options.dtype(at::kLong)).remainder(kLabelClasses);
  return random_tensor({batch, 2, 3}, "target", low(use.target_range), high(use.target_range),
                       options);
}

std::shared_ptr<Loss> built_loss(const ComponentRef& ref) {
  return std::static_pointer_cast<Loss>(ref.info->create(ref.params.get()));
}

std::vector<Use> taken_uses(const Loss& loss) {
  std::vector<Use> taken;
  for (const Use& use : every_use())
    if (!loss.objection(use.question())) taken.push_back(use);
  return taken;
}

void check_objections(const Loss& loss) {
  for (const Use& use : every_use()) {
    const auto objection = loss.objection(use.question());
    require(objection == loss.objection(use.question()), "{}: two answers differ", use.name);
    require(!objection || !objection->empty(), "{}: it refuses without a word", use.name);
  }
  require(!taken_uses(loss).empty(), "it refuses every use: pixels, codes and labels");
  for (const Use& use : taken_uses(loss))
    require(!loss.measure(use.target).key.empty(), "{}: measure() has no key", use.name);
}

void check_scalar(const Loss& loss, const Use& use) {
  for (const int64_t batch : {1, 6, 1000}) {
    const Tensor value = loss.forward(output_for(use, batch), target_for(use, batch));
    require(value.dim() == 0, "{}: {} dimensions came, a scalar was expected", use.name,
            value.dim());
    require_finite(value, use.name);
  }
}

void check_gradient(const Loss& loss, const Use& use) {
  Tensor output = output_for(use, 4).set_requires_grad(true);
  const Tensor target = target_for(use, 4);
  const Tensor value = loss.forward(output, target);
  require(value.requires_grad(), "{}: no gradient flows through it", use.name);
  value.backward();
  require_gradient([&] { return loss.forward(output.detach(), target).item<double>(); }, output,
                   output.grad(), fmt::format("the output ({})", use.name));
}

void check_mean(const Loss& loss, const Use& use) {
  const Tensor output = output_for(use, 6), target = target_for(use, 6);
  Tensor sum = at::zeros({}, at::kDouble);
  for (int64_t i = 0; i < 6; ++i)
    sum += loss.forward(output.narrow(0, i, 1), target.narrow(0, i, 1));
  require_close(loss.forward(output, target), sum / 6, 1e-10,
                fmt::format("the loss of a batch and the mean over its samples ({})", use.name));
}

void check_precision(const Loss& loss, const Use& use) {
  const Tensor single =
      loss.forward(output_for(use, 6, at::kFloat), target_for(use, 6, at::kFloat));
  require(single.scalar_type() == at::kFloat, "{}: float32 goes in, {} comes out", use.name,
          c10::toString(single.scalar_type()));
  require_close(single, loss.forward(output_for(use, 6), target_for(use, 6)), 1e-5,
                fmt::format("float32 and float64 ({})", use.name));
}

void check_damage(const Loss& loss, const Use& use) {
  const Tensor output = output_for(use, 6), target = target_for(use, 6);
  const Tensor output_kept = output.clone(), target_kept = target.clone();
  const Tensor first = loss.forward(output, target);
  require_same_bits(loss.forward(output, target), first, fmt::format("two calls ({})", use.name));
  require_same_bits(output, output_kept, "the output before and after");
  require_same_bits(target, target_kept, "the target before and after");
}

void check_gpu(const Loss& loss, const Use& use) {
  if (!find_gpu()) throw CheckSkipped("no GPU here");
  const Tensor output = output_for(use, 33), target = target_for(use, 33);
  require_close(loss.forward(output.cuda(), target.cuda()), loss.forward(output, target), 1e-10,
                fmt::format("CPU and GPU ({})", use.name));
}

/// Outputs as far from their targets as they can be, close to that, and near them.
void check_saturated(const Loss& loss, const Use& use) {
  constexpr int64_t batch = 4;
  for (const at::ScalarType dtype : {at::kDouble, at::kFloat}) {
    Tensor target = target_for(use, batch, dtype), right, wrong;
    double low = -1e4, high = use.target == Target::labels && use.output.high <= 0 ? 0 : 1e4;
    if (use.target == Target::labels) {
      const Tensor is_label = at::one_hot(target, kLabelClasses).to(at::kBool);
      right = at::where(is_label, at::full({}, high, dtype), at::full({}, low, dtype));
      wrong = at::where(is_label, at::full({}, low, dtype), at::full({}, high, dtype));
    } else {
      if (std::isfinite(use.output.low)) low = use.output.low;
      if (std::isfinite(use.output.high)) high = use.output.high;
      target =
          (target > (strata::low(use.target_range) + strata::high(use.target_range)) / 2).to(dtype);
      target = target * (strata::high(use.target_range) - strata::low(use.target_range)) +
               strata::low(use.target_range);
      right = target.clone();
      wrong =
          at::where(target > target.mean(), at::full({}, low, dtype), at::full({}, high, dtype));
    }
    const Tensor nearly = wrong + (right - wrong) * 1e-7;
    require_way_back([&](const Tensor& output) { return loss.forward(output, target); },
                     {right, wrong, nearly}, high - low,
                     fmt::format("{} in {}", use.name, c10::toString(dtype)));
  }
}

void check_form(const Loss& loss, const Use& use) {
  const LossForm form = loss.form();
  if (form.op == LossOp::opaque) throw CheckSkipped("it says none");
  const Tensor output = output_for(use, 6), target = target_for(use, 6);
  require_close(loss.forward(output, target), computed(form, output, target), 1e-12, use.name);
}

void check_loss(const ComponentRef& ref, Checks& checks) {
  const auto loss = built_loss(ref);
  checks.run("says what it suits", [&] { check_objections(*loss); });
  const auto each = [&](const std::string& what, void (*body)(const Loss&, const Use&)) {
    checks.run(what, [&] {
      for (const Use& use : taken_uses(*loss)) body(*loss, use);
    });
  };
  each("is a finite scalar for what it suits", check_scalar);
  each("its gradient agrees with finite differences", check_gradient);
  each("its gradient leads back from saturated outputs", check_saturated);
  each("is the mean over the batch", check_mean);
  each("computes what its form says", check_form);
  each("float32 agrees with float64", check_precision);
  each("repeats, and leaves its arguments alone", check_damage);
  each("works on a GPU as on the CPU", check_gpu);
}

void use_loss(const ComponentRef& ref) {
  const auto loss = built_loss(ref);
  for (const Use& use : taken_uses(*loss)) check_scalar(*loss, use);
}

const FamilyChecks loss_checks(Loss::family, check_loss, use_loss);

}  // namespace
}  // namespace strata
