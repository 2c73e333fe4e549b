#include "strata/train/train_only.hpp"

#include <algorithm>

namespace strata {

TrainOnly::TrainOnly(Stack& stack, const StageSpec& spec) : stack_(stack) {
  for (const Parameter& p : stack.parameters(spec.trains))
    if (std::none_of(spec.freeze.begin(), spec.freeze.end(),
                     [&](const std::string& name) { return names_part(name, p.name); }))
      parameters_.push_back(p);
  for (const Parameter& p : parameters_) p.value.set_requires_grad(true);
  stack_.let_train(spec.trains, spec.freeze);
  tensors_ = parameters_;
  for (Parameter& buffer : stack.buffers(spec.trains)) tensors_.push_back(std::move(buffer));
}

TrainOnly::~TrainOnly() {
  for (const Parameter& p : parameters_) {
    p.value.mutable_grad() = Tensor();
    p.value.set_requires_grad(false);
  }
  stack_.let_train({}, {});
}

}  // namespace strata
