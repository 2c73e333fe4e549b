#pragma once
// The backward pass of a chain and the update of its parameters. Implemented in backward.cpp.
#include "strata/core/optimizer.hpp"
#include "strata/fused/network.hpp"

namespace strata {

/// Gradients from the last link to the first that trains, and the update.
///
/// Plain gradient descent needs no gradient for itself: the learning rate is a factor of all deltas
/// (the loss's pass puts it there), and the product that would make the gradient of W adds to W,
/// once the delta has gone back through W. Where an optimizer keeps state, weights decay or are
/// shared, or gradients are clipped, they are made apart, and one pass updates all parameters.
template <class T, class E>
class Backward {
 public:
  /// Refers to all that it is given.
  Backward(const Chain& chain, const std::vector<Parameter>& trained, Optimizer& optimizer,
           int64_t most_rows, int parts, Network<T, E>& network, Passes<T, E>& passes,
           Counts& counts);

  /// The factor that the loss's gradient is to carry.
  T scale(double rate) const { return direct_ ? static_cast<T>(-rate) : T(1); }

  /// Where the loss's pass puts the last link's delta, and its column sums.
  E* delta() const { return deltas_.back(); }
  T* sums() const { return sums_.back(); }
  bool adds_sums() const { return adds(chain_.links.size() - 1); }

  /// The rest of the step. `code` is added to the gradient at the output of the code's last link.
  void run(int64_t rows, const E* input, const CodeGradient<T>& code, double rate);

 private:
  using Updated = typename Passes<T, E>::Updated;
  struct Products {
    std::unique_ptr<Product> back, gradient;  // through W; of W
  };

  bool adds(size_t link) const { return direct_ && trains_bias_[link]; }
  std::vector<Products>& products_for(int64_t rows);
  void make_gradients(const std::vector<Parameter>& trained);
  void make_gradient(size_t link, Products& products, const E* x);
  void update(double rate);

  const Chain& chain_;
  Optimizer& optimizer_;
  int parts_;
  Network<T, E>& network_;
  Passes<T, E>& passes_;
  Arena arena_;
  bool direct_;        // the product updates W
  size_t lowest_ = 0;  // the first link with a parameter that trains
  std::vector<bool> trains_weight_, trains_bias_;
  std::vector<E*> deltas_;    // of each link from lowest_ on
  std::vector<T*> gradient_;  // by a link's outputs, before its activation is passed
  std::vector<T*> sums_;      // of a delta's columns: the bias, its gradient, or nothing kept
  std::vector<T*> weight_;    // of each link: where the product adds to: W, or its gradient
  std::vector<Updated> updated_;
  std::vector<Tensor> powers_;  // Adam's beta^t, of each parameter both
  std::map<int64_t, std::vector<Products>> products_;
};

extern template class Backward<float, float>;
extern template class Backward<double, double>;
extern template class Backward<float, BFloat16>;

}  // namespace strata
