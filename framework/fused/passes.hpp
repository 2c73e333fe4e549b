#pragma once
#include <vector>

#include "strata/core/noise_kernel.hpp"
#include "strata/fused/counts.hpp"
#include "strata/fused/pass_kernel.hpp"
#include "strata/fused/product.hpp"

namespace strata {

/// A loss that compares element by element.
enum class ElementLoss { squared_error, binary_cross_entropy };

/// The passes of a step over its matrices, on the CPU. T is the arithmetic's type, E that of the
/// products' factors: T itself, or BFloat16 beside float.
///
/// Rows are parted into chunks by their number alone; sums are made a chunk at a time and then over
/// the chunks in order, so that no bit depends on the number of threads. A pass over few elements
/// runs on one thread.
template <class T, class E>
class Passes {
 public:
  explicit Passes(Counts& counts) : counts_(counts) {}

  /// A batch of images, gathered by `index` and scaled to [0, 1]; `factors` may be null.
  void gather_images(const uint8_t* bytes, const int64_t* index, int64_t rows, int64_t columns,
                     T* out, E* factors);
  /// Rows `row_of[index[i]]` of a matrix.
  void gather_rows(const T* from, const int64_t* row_of, const int64_t* index, int64_t rows,
                   int64_t columns, T* out, E* factors);
  /// What a corruption makes of rows of the noise's features; `factors` may be null.
  void spoil(const UniformCorruption<T>& corruption, const NoiseCounter& noise, int64_t rows,
             const T* from, T* out, E* factors);
  /// The numbers as products take them.
  void to_factors(const T* from, int64_t count, E* factors);

  /// max(x, 0), and what is no number as it is.
  template <class N>
  void rectify(N* values, int64_t rows, int64_t columns);

  /// The loss, summed over all elements. With `delta`, writes `factor` times its derivative by what
  /// entered the last activation there, whose column sums go to `sums` (added, where `add_sums`).
  /// Of delta and sums, both or neither may be null.
  double element_loss(ElementLoss loss, Pointwise last, int64_t rows, int64_t columns,
                      const T* output, const T* target, T factor, E* delta, T* sums, bool add_sums);
  /// The same of the negative log-likelihood of labels. `scores` become log-probabilities where
  /// `normalize`.
  double label_loss(Pointwise last, bool normalize, int64_t rows, int64_t classes, T* scores,
                    const int64_t* labels, T factor, E* delta, T* sums, bool add_sums);
  /// delta = (gradient + code's) * the derivative of the activation whose outputs are `outputs`;
  /// and its column sums. delta may be the gradient itself.
  void through_activation(Pointwise activation, const CodeGradient<T>& code, int64_t rows,
                          int64_t columns, const E* outputs, const T* gradient, E* delta, T* sums,
                          bool add_sums);
  /// The sum of all absolute values; `means`, where not null, gets the mean of each column.
  double code_sums(int64_t rows, int64_t columns, const E* code, T* means);

  /// A parameter in an update; what an optimizer does not keep is null.
  struct Updated {
    int64_t count;
    T* value;
    const T* gradient;
    T *first, *second;
  };
  void update(const std::vector<Updated>& parameters, const SgdUpdate<T>& by);
  void update(const std::vector<Updated>& parameters, const AdamUpdate<T>& by);
  /// The sum of all gradients' squares.
  double squares(const std::vector<Updated>& parameters);

 private:
  template <class Body>
  void each(int64_t chunks, int64_t elements, const Body& body);
  template <class Rows>
  double rows_of_loss(int64_t rows, int64_t columns, T* sums, bool add_sums, const Rows& body);
  template <class Body>
  void each_piece(const std::vector<Updated>& parameters, const Body& body);
  void finish_sums(int64_t chunks, int64_t columns, T* sums, bool add) const;
  T* partial_sums(int64_t chunks, int64_t columns);

  Counts& counts_;
  std::vector<T> partial_;      // column sums, a row a chunk
  std::vector<double> values_;  // a number a chunk
};

/// Which of the compiled variants of the passes runs here: "x86-64-v4", say.
const char* pass_variant();

extern template class Passes<float, float>;
extern template class Passes<double, double>;
extern template class Passes<float, BFloat16>;

}  // namespace strata
