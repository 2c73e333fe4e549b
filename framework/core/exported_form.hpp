#pragma once
// How a layer computes in a file for others, where forward() is made of more than LibTorch's own
// operations. Implemented in exported_form.cpp.
#include <functional>
#include <typeindex>

#include "strata/core/layer.hpp"

namespace strata {

using ExportedForward = std::function<Tensor(const Layer&, const Tensor&)>;

/// In the layer's file, after its class, before STRATA_REGISTER:
///
///     const ExportedForm<SoftSign> soft_sign_exported(
///         [](const SoftSign&, const Tensor& x) { return x / (1 + x.abs()); });
///
/// The function gives what forward() gives outside training, to 1e-5, by at:: operations that
/// depend on nothing but their arguments. A layer whose forward() is such needs none.
template <class L>
struct ExportedForm {
  explicit ExportedForm(std::function<Tensor(const L&, const Tensor&)> forward);
};

/// What is exported of a layer: its form as above, else its forward().
Tensor exported_forward(const Layer& layer, const Tensor& x, const ForwardContext& context);

void add_exported_form(std::type_index layer, ExportedForward forward);

template <class L>
ExportedForm<L>::ExportedForm(std::function<Tensor(const L&, const Tensor&)> forward) {
  add_exported_form(typeid(L), [forward = std::move(forward)](const Layer& layer, const Tensor& x) {
    return forward(static_cast<const L&>(layer), x);
  });
}

}  // namespace strata
