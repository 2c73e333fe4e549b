#include "strata/fused/network.hpp"

#include <omp.h>

#include <algorithm>
#include <set>
#include <type_traits>

namespace strata {
namespace {

template <class T>
T* numbers(const Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

}  // namespace

template <class T, class E>
Network<T, E>::Network(const Chain& chain, int64_t most_rows, int parts, Passes<T, E>& passes,
                       Counts& counts)
    : chain_(chain),
      most_rows_(most_rows),
      parts_(parts),
      passes_(passes),
      counts_(counts),
      arena_(counts) {
  constexpr bool same = std::is_same_v<T, E>;
  input_ = arena_.template take<T>(most_rows * chain.links.front().in);
  if constexpr (same)
    input_factors_ = input_;
  else
    input_factors_ = arena_.template take<E>(most_rows * chain.links.front().in);
  for (size_t k = 0; k + 1 < chain.links.size(); ++k)
    outputs_.push_back(arena_.template take<E>(most_rows * chain.links[k].out));
  output_ = arena_.template take<T>(most_rows * chain.links.back().out);
  for (size_t k = 0; k < chain.links.size(); ++k) {
    const Link& link = chain.links[k];
    if constexpr (same)
      weights_.push_back(numbers<T>(link.weight));
    else if (const size_t first = chain.first_with_weight_of(k); first < k)
      weights_.push_back(weights_[first]);
    else
      weights_.push_back(arena_.template take<E>(link.in * link.out));
  }
}

template <class T, class E>
void Network<T, E>::refresh(size_t link) {
  if constexpr (!std::is_same_v<T, E>) {
    const Tensor& weight = chain_.links[link].weight;
    if (chain_.first_with_weight_of(link) == link)
      passes_.to_factors(numbers<T>(weight), weight.numel(), weights_[link]);
  }
}

template <class T, class E>
void Network<T, E>::refresh() {
  for (size_t k = 0; k < chain_.links.size(); ++k) refresh(k);
}

template <class T, class E>
std::vector<std::unique_ptr<Product>>& Network<T, E>::products_for(int64_t rows) {
  std::vector<std::unique_ptr<Product>>& products = products_[rows];
  if (!products.empty()) return products;
  for (const Link& link : chain_.links) {
    const bool last = &link == &chain_.links.back();
    ProductSpec spec{rows, link.out, link.in, false, !link.transposed};
    spec.factors = format_of<E>();
    spec.result = last ? format_of<T>() : format_of<E>();
    spec.bias = link.bias.defined();
    spec.pointwise = link.activation == Pointwise::relu ? Pointwise::none : link.activation;
    products.push_back(parted_product(spec, parts_));
  }
  return products;
}

template <class T, class E>
T* Network<T, E>::forward(int64_t rows, const E* factors) {
  std::vector<std::unique_ptr<Product>>& products = products_for(rows);
  const E* x = factors;
  for (size_t k = 0; k < products.size(); ++k) {
    const Link& link = chain_.links[k];
    const bool last = k + 1 == products.size();
    void* const y = last ? static_cast<void*>(output_) : outputs_[k];
    run(*products[k], x, weights_[k], numbers<T>(link.bias), y);
    if (link.activation == Pointwise::relu) {
      if (last)
        passes_.rectify(output_, rows, link.out);
      else
        passes_.rectify(outputs_[k], rows, link.out);
    }
    if (!last) x = outputs_[k];
  }
  return output_;
}

template <class T, class E>
void Network<T, E>::run(Product& product, const void* a, const void* b, const void* bias, void* c) {
  ++counts_.products;
  if (parts_ > 1 && omp_get_max_threads() > 1) ++counts_.regions;
  product.run(a, b, bias, c);
}

template <class T, class E>
std::vector<std::string> Network<T, E>::libraries() const {
  std::set<std::string> names;
  for (const auto& [rows, products] : products_)
    for (const auto& product : products) names.insert(product->library());
  return {names.begin(), names.end()};
}

template class Network<float, float>;
template class Network<double, double>;
template class Network<float, BFloat16>;

}  // namespace strata
