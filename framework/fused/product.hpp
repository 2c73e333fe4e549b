#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace strata {

/// How the numbers that a product multiplies are stored. Sums are float64 for float64 and float32
/// for the others.
enum class Format { float64, float32, bfloat16 };
size_t bytes_of(Format format);

/// What may follow a product, element by element. A product itself takes tanh and sigmoid; relu is a
/// pass of its own, since oneDNN's makes 0 of what is no number, and a broken run would look sound.
enum class Pointwise { none, tanh, sigmoid, relu };

/// C = pointwise(A B + bias), or C = scale C + A B. All matrices are row-major and dense.
struct ProductSpec {
  int64_t rows = 0, columns = 0, inner = 0;  ///< C {rows, columns}, A {rows, inner}
  bool a_transposed = false;                 ///< A is stored {inner, rows}
  bool b_transposed = false;                 ///< B is stored {columns, inner}, else {inner, columns}
  Format factors = Format::float32;          ///< of A and B
  Format result = Format::float32;           ///< of C; bias has the format of the sums
  bool bias = false;                         ///< one number a column
  Pointwise pointwise = Pointwise::none;
  bool accumulate = false;  ///< adds to C
  int threads = 1;
};

/// One product, ready to run: what can be prepared for its shape is.
class Product {
 public:
  virtual ~Product() = default;
  /// `bias` is null where the spec has none.
  virtual void run(const void* a, const void* b, const void* bias, void* c) = 0;
  /// The library that multiplies, with its version and kernel: "oneDNN 2.6.3 brg:avx512_core".
  virtual std::string library() const = 0;
};

/// The product by the library that is faster for it: oneDNN for float32 and bfloat16, where it is
/// there and has more than its reference code for the shape; else LibTorch's BLAS. A pure function
/// of the spec, the processor and the libraries' versions: nothing is timed. Throws RunError where
/// nothing multiplies this format.
std::unique_ptr<Product> make_product(const ProductSpec& spec);

/// Whether the processor multiplies bfloat16 numbers, and oneDNN is there to make it do so.
bool multiplies_bfloat16();

// The two makers that make_product() chooses from; nullptr where the library cannot, or only by its
// reference code.
std::unique_ptr<Product> make_onednn_product(const ProductSpec& spec);
std::unique_ptr<Product> make_blas_product(const ProductSpec& spec);

}  // namespace strata
