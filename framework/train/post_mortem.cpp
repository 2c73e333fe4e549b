#include "strata/train/post_mortem.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace strata {
namespace {

constexpr const char* kSmaller = "; try a smaller one";

/// Whether training drove the parameters so far that a layer may well give up; where it did not, a
/// layer that gives no number does so by itself.
std::string advice(const StageParts& parts) {
  for (const Parameter& p : parts.parameters)
    if (!(p.value.detach().abs().max().item<double>() < 1e3)) return kSmaller;
  return "";
}

std::string in_output_of(const StageParts& parts, const std::string& layer) {
  return layer.empty() ? kSmaller : advice(parts) + "; it begins in the output of " + layer;
}

Tensor input_at(const StageParts& parts, const ForwardContext& place) {
  return parts.corrupted(parts.input.batch(place.samples), place);
}

std::string backward_fault(const StageParts& parts, const ForwardContext& place) {
  std::string fault;
  try {
    fault = parts.stack.backward_fault(parts.spec.blocks, input_at(parts, place), place);
  } catch (...) {  // forward() fails where it is asked alone
    fault = current_exception_text();
  }
  for (const Parameter& p : parts.parameters) p.value.mutable_grad() = Tensor();
  return fault;
}

}  // namespace

std::string origin_of_divergence(const StageParts& parts, const Replay& replay, int64_t step) {
  replay.up_to(std::max(replay.first, step - 1));
  if (step > replay.first) {
    if (const std::string fault = backward_fault(parts, replay.place(step - 1)); !fault.empty())
      return advice(parts) + "; " + fault;
    replay.make(step - 1);
  }
  at::NoGradGuard no_grad;
  for (const Parameter& p : parts.parameters)
    if (!at::isfinite(p.value).all().item<bool>())
      return fmt::format("{}; it begins in the update of {}, one step before", advice(parts),
                         p.name);
  const ForwardContext place = replay.place(step);
  return in_output_of(
      parts, parts.stack.first_not_finite(parts.spec.blocks, input_at(parts, place), place));
}

std::string origin_in_evaluation(const StageParts& parts, const StageInput& input,
                                 const DeviceSplit& split) {
  at::NoGradGuard no_grad;
  for (const Tensor& index : split.samples.split(1000)) {
    const std::string layer =
        parts.stack.first_not_finite(parts.spec.blocks, input.batch(index), ForwardContext());
    if (!layer.empty()) return in_output_of(parts, layer);
  }
  return in_output_of(parts, "");
}

}  // namespace strata
