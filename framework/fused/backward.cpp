#include "strata/fused/backward.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace strata {
namespace {

template <class T>
T* values_of(const Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

const Parameter* find(const std::vector<Parameter>& parameters, const Tensor& value) {
  for (const Parameter& p : parameters)
    if (p.value.is_same(value)) return &p;
  return nullptr;
}

Tensor state_of(const Optimizer& optimizer, const std::string& name) {
  for (const Parameter& state : optimizer.state())
    if (state.name == name) return state.value;
  throw RunError("the optimizer keeps no " + name);
}

/// Whether an update needs no more than to add the gradient, scaled, to the parameter.
bool is_plain(const Optimizer& optimizer) {
  const OptimizerForm form = optimizer.form();
  return form.op == OptimizerOp::sgd && form.momentum == 0 && form.weight_decay == 0 &&
         !optimizer.common().clip_norm;
}

}  // namespace

template <class T, class E>
Backward<T, E>::Backward(const Chain& chain, const std::vector<Parameter>& trained,
                         Optimizer& optimizer, int64_t most_rows, int parts, Network<T, E>& network,
                         Passes<T, E>& passes, Counts& counts)
    : chain_(chain),
      optimizer_(optimizer),
      parts_(parts),
      network_(network),
      passes_(passes),
      arena_(counts),
      direct_(is_plain(optimizer)) {
  const size_t count = chain.links.size();
  lowest_ = count;
  for (size_t k = count; k-- > 0;) {
    const Link& link = chain.links[k];
    trains_weight_.insert(trains_weight_.begin(), find(trained, link.weight) != nullptr);
    trains_bias_.insert(trains_bias_.begin(),
                        link.bias.defined() && find(trained, link.bias) != nullptr);
    if (trains_weight_.front() || trains_bias_.front()) lowest_ = k;
    if (trains_weight_.front() && chain.first_with_weight_of(k) < k) direct_ = false;
  }
  for (size_t k = 0; k < count; ++k) {
    const int64_t size = k < lowest_ ? 0 : most_rows * chain.links[k].out;
    deltas_.push_back(arena_.template take<E>(size));
    if constexpr (std::is_same_v<T, E>)
      gradient_.push_back(deltas_.back());
    else
      gradient_.push_back(arena_.template take<T>(k + 1 < count ? size : 0));
  }
  make_gradients(trained);
}

/// Where the gradients go, and how the optimizer finds them.
template <class T, class E>
void Backward<T, E>::make_gradients(const std::vector<Parameter>& trained) {
  const OptimizerForm form = optimizer_.form();
  const auto updated = [&](const Tensor& value, T* gradient) {
    const std::string name = find(trained, value)->name + ".";
    Updated entry{value.numel(), values_of<T>(value), gradient, nullptr, nullptr};
    if (form.op == OptimizerOp::sgd && form.momentum > 0)
      entry.first = values_of<T>(state_of(optimizer_, name + "momentum"));
    if (form.op == OptimizerOp::adam) {
      entry.first = values_of<T>(state_of(optimizer_, name + "mean"));
      entry.second = values_of<T>(state_of(optimizer_, name + "square"));
      powers_.push_back(state_of(optimizer_, name + "power1"));
      powers_.push_back(state_of(optimizer_, name + "power2"));
    }
    updated_.push_back(entry);
  };
  for (size_t k = 0; k < chain_.links.size(); ++k) {
    const Link& link = chain_.links[k];
    const size_t shared = chain_.first_with_weight_of(k);
    T* weight = nullptr;
    if (trains_weight_[k])
      weight = direct_      ? values_of<T>(link.weight)
               : shared < k ? weight_[shared]
                            : arena_.template take<T>(link.weight.numel());
    weight_.push_back(weight);
    T* const sums = adds(k) ? values_of<T>(link.bias) : arena_.template take<T>(link.out);
    sums_.push_back(sums);
    if (direct_) continue;
    if (trains_weight_[k] && shared == k) updated(link.weight, weight);
    if (trains_bias_[k]) updated(link.bias, sums);
  }
}

template <class T, class E>
auto Backward<T, E>::products_for(int64_t rows) -> std::vector<Products>& {
  std::vector<Products>& products = products_[rows];
  if (!products.empty()) return products;
  const size_t count = chain_.links.size();
  products.resize(count);
  for (size_t k = lowest_; k < count; ++k) {
    const Link& link = chain_.links[k];
    ProductSpec back{rows,           link.in,       link.out, false, link.transposed,
                     format_of<E>(), format_of<T>()};
    if (k > lowest_) products[k].back = parted_product(back, parts_);
    if (!trains_weight_[k]) continue;
    // W {out, in}: delta^T x; W {in, out}: x^T delta
    ProductSpec gradient{link.transposed ? link.in : link.out,
                         link.transposed ? link.out : link.in,
                         rows,
                         true,
                         false,
                         format_of<E>(),
                         format_of<T>()};
    // of links that share a weight, the last one's gradient is made first
    bool made = false;
    for (size_t j = k + 1; j < count; ++j) made = made || weight_[j] == weight_[k];
    gradient.accumulate = direct_ || made;
    products[k].gradient = parted_product(gradient, parts_);
  }
  return products;
}

template <class T, class E>
void Backward<T, E>::run(int64_t rows, const E* input, const CodeGradient<T>& code, double rate) {
  std::vector<Products>& products = products_for(rows);
  for (size_t k = chain_.links.size(); k-- > lowest_;) {
    const E* const x = k == 0 ? input : network_.output_of(k - 1);
    if (k > lowest_)
      network_.run(*products[k].back, deltas_[k], network_.weight_of(k), nullptr, gradient_[k - 1]);
    if (trains_weight_[k]) make_gradient(k, products[k], x);
    if (k == lowest_) break;
    const Link& before = chain_.links[k - 1];
    passes_.through_activation(before.activation, k == chain_.code ? code : CodeGradient<T>(), rows,
                               before.out, network_.output_of(k - 1), gradient_[k - 1],
                               deltas_[k - 1], sums_[k - 1], adds(k - 1));
  }
  if (!direct_) update(rate);
}

/// The gradient of a link's weight; with plain gradient descent, the update of W itself.
template <class T, class E>
void Backward<T, E>::make_gradient(size_t link, Products& products, const E* x) {
  const bool transposed = chain_.links[link].transposed;
  network_.run(*products.gradient, transposed ? x : deltas_[link], transposed ? deltas_[link] : x,
               nullptr, weight_[link]);
  if (direct_) network_.refresh(link);
}

template <class T, class E>
void Backward<T, E>::update(double rate) {
  const OptimizerForm form = optimizer_.form();
  T scale = 1;
  if (const auto& norm = optimizer_.common().clip_norm) {
    const double factor = *norm / std::sqrt(passes_.squares(updated_));
    scale = static_cast<T>(factor > 1 ? 1 : factor);  // what is no number stays so
  }
  if (form.op == OptimizerOp::sgd) {
    passes_.update(updated_, SgdUpdate<T>{static_cast<T>(rate), static_cast<T>(form.momentum),
                                          static_cast<T>(form.weight_decay), form.nesterov, scale});
  } else {
    for (size_t i = 0; i < powers_.size(); ++i)
      *values_of<double>(powers_[i]) *= i % 2 == 0 ? form.beta1 : form.beta2;
    passes_.update(
        updated_,
        AdamUpdate<T>{static_cast<T>(rate), static_cast<T>(form.beta1), static_cast<T>(form.beta2),
                      static_cast<T>(form.eps), static_cast<T>(form.weight_decay),
                      static_cast<T>(1 - form.beta1), static_cast<T>(1 - form.beta2),
                      static_cast<T>(1 - *values_of<double>(powers_[0])),
                      static_cast<T>(1 - *values_of<double>(powers_[1])), scale});
  }
  for (size_t k = lowest_; k < chain_.links.size(); ++k)
    if (trains_weight_[k]) network_.refresh(k);
}

template class Backward<float, float>;
template class Backward<double, double>;
template class Backward<float, BFloat16>;

}  // namespace strata
