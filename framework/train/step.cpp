#include "strata/train/step.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "strata/core/clip.hpp"

namespace strata {
namespace {

class AutogradStep final : public StageStep {
 public:
  AutogradStep(const StageParts& parts, std::string why) : parts_(parts), why_(std::move(why)) {}

  void run(const ForwardContext& where, const Tensor& rate) override {
    const StageSpec& spec = parts_.spec;
    PenaltyBatch seen;
    ForwardContext place = where;
    if (!spec.penalties.empty()) place.sides = &seen.sides;
    const Tensor x = parts_.input.batch(place.samples);
    Tensor input = parts_.corrupted(x, place);
    if (!spec.penalties.empty()) input = input.detach().set_requires_grad(true);
    const Tensor code = parts_.stack.forward(parts_.encode, input, place);
    const Tensor y = shaped_like(spec.target, parts_.stack.forward(parts_.decode, code, place), x);
    const Tensor target = target_of(spec.target, x, parts_.data.train, place.samples);
    if (!spec.penalties.empty()) {
      seen.code = code;
      seen.input = input;
      seen.output = y;
      seen.parameters = parts_.stack.parameters(parts_.encode);
      seen.place = place;
    }
    backward(parts_.objective.forward(y, target, seen, place.step), input, place);
    const at::NoGradGuard no_grad;
    MetricBatch batch{y.detach(), target, code.detach(), {}};
    if (!parts_.metrics.empty())
      batch.labels = parts_.data.train.labels.index_select(0, place.samples);
    for (const auto& metric : parts_.metrics) metric->update(batch);
    if (const auto& norm = parts_.optimizer->common().clip_norm)
      clip_gradients(parts_.parameters, *norm);
    of_component(spec.optimizer, "step()", [&] { parts_.optimizer->step(rate); });
    for (const Parameter& p : parts_.parameters) p.value.mutable_grad() = Tensor();
  }

  Json evaluate(const Evaluation& what, const StageInput& input,
                const DeviceSplit& split) override {
    return strata::evaluate(parts_.stack, what, input, parts_.data, split, parts_.options);
  }

  Json description() const override {
    Json text = {{"name", "autograd"}};
    if (!why_.empty()) text["why"] = why_;
    return text;
  }

 private:
  /// What autograd throws names no layer; the one at fault is found by asking each alone.
  void backward(const Tensor& loss, const Tensor& input, const ForwardContext& place) const {
    if (!loss.requires_grad()) require_gradients(input, place);
    try {
      loss.backward();
    } catch (...) {
      const std::string text = current_exception_text(), fault = backward_fault(input, place);
      throw RunError(fault.empty() ? "in the backward pass: " + text : fault);
    }
    if (place.epoch == 1 && place.step == 0) require_gradients(input, place);
  }

  std::string backward_fault(const Tensor& input, const ForwardContext& place) const {
    try {
      return parts_.stack.backward_fault(parts_.spec.blocks, input, place);
    } catch (...) {  // forward() fails where it is asked alone
      return current_exception_text();
    }
  }

  /// Throws where a parameter that trains got no gradient: a layer behind it passes none.
  void require_gradients(const Tensor& input, const ForwardContext& place) const {
    std::vector<std::string> idle;
    for (const Parameter& p : parts_.parameters)
      if (!p.value.grad().defined()) idle.push_back(p.name);
    if (idle.empty()) return;
    const std::string fault = backward_fault(input, place);
    throw RunError(fmt::format("{}{} get{} no gradient", fault.empty() ? "" : fault + ": ",
                               fmt::join(idle, ", "), idle.size() == 1 ? "s" : ""));
  }

  const StageParts& parts_;
  std::string why_;
};

}  // namespace

Tensor StageParts::corrupted(const Tensor& x, const ForwardContext& place) const {
  if (!corruption) return x;
  return of_component(spec.corruption, "apply()", [&] {
    return corruption->apply(x, {noise, place.samples, place.epoch, 0});
  });
}

std::unique_ptr<StageStep> autograd_step(const StageParts& parts) {
  return std::make_unique<AutogradStep>(parts, "");
}

std::unique_ptr<StageStep> make_step(const StageParts& parts) {
  std::string why;
  for (const StepMaker& maker : parts.options.engines) {
    std::string why_not;
    if (auto step = maker(parts, why_not)) return step;
    why += (why.empty() ? "" : "; ") + why_not;
  }
  return std::make_unique<AutogradStep>(parts, why);
}

}  // namespace strata
