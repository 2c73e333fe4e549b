#include "strata/core/initializer.hpp"

#include "strata/contract/checks.hpp"

namespace strata {
namespace {

Tensor filled(const ComponentRef& ref, int64_t count, uint64_t seed, int64_t fan_in = 20,
              int64_t fan_out = 10) {
  const auto init = std::static_pointer_cast<Initializer>(ref.info->create(ref.params.get()));
  Tensor out = at::full({count}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
  init->fill(out, random_stream(seed, "init", "encoder.0.0.weight"), fan_in, fan_out);
  return out;
}

void check_initializer(const ComponentRef& ref, Checks& checks) {
  checks.run("fills every element with a finite number", [&] {
    require_finite(filled(ref, 1000, 1), "a tensor of 1000");
    require_finite(filled(ref, 1, 1, 1, 1), "a tensor of one element, with fans of 1");
  });
  checks.run("is a pure function of its stream",
             [&] { require_same_bits(filled(ref, 200, 1), filled(ref, 200, 1), "two fills"); });
  checks.run("draws an element by its place alone", [&] {
    require_same_bits(filled(ref, 200, 1).narrow(0, 0, 50), filled(ref, 50, 1),
                      "the first 50 elements of 200, and of 50");
  });
}

void use_initializer(const ComponentRef& ref) {
  require_finite(filled(ref, 10, 1), "a tensor of 10");
}

const FamilyChecks initializer_checks(Initializer::family, check_initializer, use_initializer);

}  // namespace
}  // namespace strata
