#include "strata/core/clip.hpp"

namespace strata {

void clip_gradients(const std::vector<Parameter>& parameters, double max_norm) {
  std::vector<Tensor> norms;
  for (const Parameter& p : parameters)
    if (p.value.grad().defined()) norms.push_back(p.value.grad().norm());
  if (norms.empty()) return;
  const Tensor factor = at::stack(norms).norm().reciprocal_().mul_(max_norm).clamp_max_(1);
  for (const Parameter& p : parameters)
    if (p.value.grad().defined()) p.value.mutable_grad().mul_(factor);
}

}  // namespace strata
