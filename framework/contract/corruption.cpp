#include "strata/core/corruption.hpp"
#include "strata/core/gpu.hpp"

#include "strata/contract/checks.hpp"
#include "strata/contract/form.hpp"

namespace strata {
namespace {

constexpr int64_t kBatch = 6;

std::shared_ptr<Corruption> built_corruption(const ComponentRef& ref) {
  return std::static_pointer_cast<Corruption>(ref.info->create(ref.params.get()));
}

Tensor clean(at::TensorOptions options = at::kDouble) {
  return random_tensor({kBatch, 2, 3, 4}, "images", 0, 1, options);
}

NoisePlace place(const Tensor& samples) {
  NoisePlace place;
  place.stream = random_stream(1, "corruption", "input", "pretrain-1");
  place.samples = samples;
  place.epoch = 2;
  return place;
}

Tensor numbers() {
  return at::arange(kBatch, at::kLong) * 7;
}

void check_output(const Corruption& corruption) {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const Tensor x = clean(dtype), kept = x.clone(), y = corruption.apply(x, place(numbers()));
    require(y.sizes() == x.sizes() && y.scalar_type() == dtype, "{} of {} becomes {} of {}",
            shape_text(x.sizes().vec()), c10::toString(dtype), shape_text(y.sizes().vec()),
            c10::toString(y.scalar_type()));
    require_finite(y, "its output");
    require_same_bits(x, kept, "the clean images before and after");
  }
}

void check_place(const Corruption& corruption) {
  const Tensor x = clean(), y = corruption.apply(x, place(numbers()));
  require_same_bits(corruption.apply(x, place(numbers())), y, "the same images at the same place");
  require_same_bits(corruption.apply(x.narrow(0, 2, 3), place(numbers().narrow(0, 2, 3))),
                    y.narrow(0, 2, 3), "some samples in another batch");
}

void check_gpu(const Corruption& corruption) {
  if (!find_gpu()) throw CheckSkipped("no GPU here");
  const Tensor x = clean();
  require_close(corruption.apply(x.cuda(), place(numbers().cuda())),
                corruption.apply(x, place(numbers())), 1e-10, "CPU and GPU");
}

void check_form(const Corruption& corruption) {
  const CorruptionForm form = corruption.form();
  if (form.op == CorruptionOp::opaque) throw CheckSkipped("it says none");
  const Tensor x = clean();
  require_close(corruption.apply(x, place(numbers())), computed(form, x, place(numbers())), 1e-12,
                "its output");
}

void check_corruption(const ComponentRef& ref, Checks& checks) {
  const auto corruption = built_corruption(ref);
  checks.run("spoils a copy", [&] { check_output(*corruption); });
  checks.run("draws by sample and place alone", [&] { check_place(*corruption); });
  checks.run("computes what its form says", [&] { check_form(*corruption); });
  checks.run("works on a GPU as on the CPU", [&] { check_gpu(*corruption); });
}

void use_corruption(const ComponentRef& ref) {
  check_output(*built_corruption(ref));
}

const FamilyChecks corruption_checks(Corruption::family, check_corruption, use_corruption);

}  // namespace
}  // namespace strata
