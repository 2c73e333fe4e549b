#include "strata/core/label_loss.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "strata/yaml/issues.hpp"

namespace strata {

void Codec<ClassWeights>::parse(const Node& n, ClassWeights& v, Reader& r, const Constraints& c) {
  v = {};
  if (n.is_scalar() && n.scalar == "balanced") {
    v.balanced = true;
  } else if (n.is_map()) {
    Constraints of_number = c;
    of_number.choices.clear();
    for (const Node::Entry& entry : n.entries)
      Codec<double>::parse(entry.value, v.named[entry.key], r, of_number);
  } else {
    r.error(n, "expected balanced, or a map of classes and their weights");
  }
}

void LabelLoss::prepare(const LossData& data) {
  if (!params_.class_weights) return;
  const size_t classes = data.class_counts.size();
  std::vector<double> weights(classes, 1);
  int64_t samples = 0, occurring = 0;
  for (const int64_t count : data.class_counts) {
    samples += count;
    occurring += count > 0 ? 1 : 0;
  }
  for (size_t c = 0; c < classes; ++c) {
    const auto count = static_cast<double>(data.class_counts[c]);
    const auto named = params_.class_weights->named.find(data.class_names[c]);
    if (params_.class_weights->balanced)
      weights[c] =
          count == 0 ? 0 : static_cast<double>(samples) / (static_cast<double>(occurring) * count);
    else if (named != params_.class_weights->named.end())
      weights[c] = named->second;
  }
  weights_ = at::tensor(weights, at::kDouble).to(data.place);
}

std::optional<std::string> LabelLoss::label_objection(const LossUse& use,
                                                      const std::string& name) const {
  if (use.target != Target::labels)
    return name + " needs labels, and this stage rebuilds its input; use mse or bce";
  if (!params_.class_weights || use.class_names.empty()) return std::nullopt;
  for (const auto& [named, weight] : params_.class_weights->named)
    if (std::count(use.class_names.begin(), use.class_names.end(), named) == 0)
      return fmt::format("class_weights names '{}', which is no class{}", named,
                         suggestion(named, use.class_names));
  return std::nullopt;
}

FigureInfo LabelLoss::measure_as(const std::string& key) const {
  return {(params_.class_weights ? "weighted_" : "") +
              std::string(smoothing() > 0 ? "smoothed_" : "") + key,
          Better::lower, Unit::nats};
}

Tensor LabelLoss::mean_at_labels(const Tensor& values, const Tensor& labels) const {
  Tensor each = values.gather(1, labels.unsqueeze(1)).squeeze(1);
  if (smoothing() > 0) each = each * (1 - smoothing()) + values.mean(1) * smoothing();
  return weights_.defined() ? (each * weights_.index_select(0, labels)).mean() : each.mean();
}

}  // namespace strata
