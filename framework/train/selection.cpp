#include "strata/train/selection.hpp"

#include <cmath>
#include <limits>

namespace strata {

void Snapshot::take(const std::vector<Parameter>& tensors) {
  const bool first = values_.empty();
  tensors_ = tensors;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor value = tensors[i].value.detach();
    if (first)
      values_.push_back(value.clone());
    else
      values_[i].copy_(value);
  }
}

void Snapshot::restore() const {
  for (size_t i = 0; i < values_.size(); ++i) tensors_[i].value.detach().copy_(values_[i]);
}

std::vector<Parameter> Snapshot::values() const {
  std::vector<Parameter> named;
  for (size_t i = 0; i < values_.size(); ++i) named.push_back({tensors_[i].name, values_[i]});
  return named;
}

Selection::Selection(const StageSpec& spec, const std::vector<Parameter>& tensors)
    : spec_(spec),
      tensors_(tensors),
      figure_(spec.chosen_by()),
      best_(spec.early_stopping ? spec.early_stopping->min_delta : 0) {}

bool Selection::ends_after(const EpochResult& epoch) {
  if (!figure_) return false;
  if (best_.see(figure_value(*figure_, spec_, epoch)) && spec_.keeps_best()) {
    kept_ = static_cast<size_t>(epoch.epoch - 1);
    values_.take(tensors_);
  }
  return spec_.early_stopping && best_.waited() >= spec_.early_stopping->patience;
}

Json Selection::state() const {
  const double best = best_.best();
  return {{"best", std::isfinite(best) ? Json(best) : Json(nullptr)},
          {"waited", best_.waited()},
          {"kept", kept_},
          {"has_parameters", !values_.empty()}};
}

void Selection::restore(const Json& state) {
  const Json& best = state.at("best");
  best_.restore(best.is_null() ? std::numeric_limits<double>::infinity() : best.get<double>(),
                state.at("waited").get<int64_t>());
  kept_ = state.at("kept").get<size_t>();
  if (state.at("has_parameters").get<bool>()) values_.take(tensors_);
}

size_t Selection::finish(size_t last) {
  values_.restore();
  return values_.empty() ? last : kept_;
}

}  // namespace strata
