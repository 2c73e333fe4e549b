#pragma once
// The forward pass of a chain: its products, its activations, and the memory for them. Implemented
// in network.cpp.
#include <map>
#include <memory>
#include <vector>

#include "strata/fused/chain.hpp"
#include "strata/fused/passes.hpp"

namespace strata {

/// The format of products' factors, by the type that holds one.
template <class E>
constexpr Format format_of() {
  return sizeof(E) == 8 ? Format::float64 : sizeof(E) == 4 ? Format::float32 : Format::bfloat16;
}

/// Memory for numbers, for as long as it lives.
class Arena {
 public:
  explicit Arena(Counts& counts) : counts_(counts) {}
  template <class N>
  N* take(int64_t count) {
    ++counts_.allocations;
    held_.push_back(at::empty({count * static_cast<int64_t>(sizeof(N))}, at::kByte));
    return reinterpret_cast<N*>(held_.back().data_ptr());
  }

 private:
  Counts& counts_;
  std::vector<Tensor> held_;
};

/// T is the arithmetic's type, E that of products' factors (passes.hpp). Whatever depends on the
/// number of rows is prepared when that number is met first.
template <class T, class E>
class Network {
 public:
  /// Refers to the chain, the passes and the counts.
  Network(const Chain& chain, int64_t most_rows, int parts, Passes<T, E>& passes, Counts& counts);

  /// For a batch, {rows, in of the first link}: as numbers, and as products take them; one and the
  /// same where E is T.
  T* input() const { return input_; }
  E* input_factors() const { return input_factors_; }

  /// The weights changed: products take them anew.
  void refresh();
  void refresh(size_t link);

  /// Makes what a batch of so many rows needs.
  void prepare(int64_t rows) { products_for(rows); }

  /// From `factors` through all links. The output, until the next call; log_softmax is left out.
  T* forward(int64_t rows, const E* factors);

  /// What came out of a link but the last.
  const E* output_of(size_t link) const { return outputs_[link]; }
  const E* weight_of(size_t link) const { return weights_[link]; }
  int64_t most_rows() const { return most_rows_; }

  /// Counts a product and runs it.
  void run(Product& product, const void* a, const void* b, const void* bias, void* c);

  /// The libraries that multiply, each once.
  std::vector<std::string> libraries() const;

 private:
  std::vector<std::unique_ptr<Product>>& products_for(int64_t rows);

  const Chain& chain_;
  int64_t most_rows_;
  int parts_;
  Passes<T, E>& passes_;
  Counts& counts_;
  Arena arena_;
  T *input_, *output_;
  E* input_factors_;
  std::vector<E*> outputs_;  // of each link but the last
  std::vector<E*> weights_;  // of each link; shared where the weight is
  std::map<int64_t, std::vector<std::unique_ptr<Product>>> products_;  // by rows
};

extern template class Network<float, float>;
extern template class Network<double, double>;
extern template class Network<float, BFloat16>;

}  // namespace strata
