#include "strata/train/objective.hpp"

namespace strata {

Objective::Objective(const StageSpec& spec, int64_t steps, const at::TensorOptions& place)
    : spec_(spec), loss_(make(spec.loss)), names_{loss_->measure(spec.target).key} {
  for (const auto& penalty : spec.penalties) {
    penalties_.push_back(make(penalty));
    names_.push_back(penalty.type);
  }
  values_ = at::zeros({static_cast<int64_t>(names_.size()), steps}, place);
}

double Objective::weight(size_t term) const {
  return term == 0 ? 1 : penalties_[term - 1]->common().weight;
}

Tensor Objective::forward(const Tensor& output, const Tensor& target, const PenaltyBatch& batch,
                          int64_t step) {
  Tensor sum =
      of_component(spec_.loss, "forward()", [&] { return loss_->forward(output, target); });
  note(0, step, sum);
  for (size_t i = 0; i < penalties_.size(); ++i) {
    const Tensor term = of_component(spec_.penalties[i], "forward()",
                                     [&] { return penalties_[i]->forward(batch); });
    note(i + 1, step, term);
    sum = sum.add(term, weight(i + 1));
  }
  return sum;
}

void Objective::note(size_t term, int64_t step, const Tensor& value) {
  values_.select(0, static_cast<int64_t>(term)).select(0, step).copy_(value.detach());
}

}  // namespace strata
