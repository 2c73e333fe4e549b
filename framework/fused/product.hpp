#pragma once
// Matrix products by the libraries that there are. Implemented in product.cpp, product_onednn.cpp
// and product_blas.cpp.
#include <cstdint>
#include <memory>
#include <string>

namespace strata {

/// How the numbers that a product multiplies are stored. Sums are float64 for float64 and float32
/// for the others.
enum class Format { float64, float32, bfloat16 };
int64_t bytes_of(Format format);

/// What may follow a product, element by element. A product itself takes tanh and sigmoid; relu is
/// a pass of its own, since oneDNN's makes 0 of what is no number, and a broken run would look
/// sound.
enum class Pointwise { none, tanh, sigmoid, relu };

/// C = pointwise(A B + bias), or C = C + A B. All matrices are row-major.
struct ProductSpec {
  int64_t rows = 0, columns = 0, inner = 0;  ///< C {rows, columns}, A {rows, inner}
  bool a_transposed = false;                 ///< A is stored {inner, rows}
  bool b_transposed = false;         ///< B is stored {columns, inner}, else {inner, columns}
  Format factors = Format::float32;  ///< of A and B
  Format result = Format::float32;   ///< of C; bias has the format of the sums
  bool bias = false;                 ///< one number a column
  Pointwise pointwise = Pointwise::none;
  bool accumulate = false;  ///< adds to C
  /// From one stored row to the next; 0: they are dense.
  int64_t a_stride = 0, b_stride = 0, c_stride = 0;

  int64_t a_row() const { return a_stride > 0 ? a_stride : a_transposed ? rows : inner; }
  int64_t b_row() const { return b_stride > 0 ? b_stride : b_transposed ? inner : columns; }
  int64_t c_row() const { return c_stride > 0 ? c_stride : columns; }
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

/// A maker of products that run on the thread that calls them; it makes nothing where its library
/// cannot, or only by its reference code.
using ProductMaker = std::unique_ptr<Product> (*)(const ProductSpec&);
std::unique_ptr<Product> make_onednn_product(const ProductSpec& spec);
std::unique_ptr<Product> make_blas_product(const ProductSpec& spec);

/// The library that is faster: oneDNN for float32 and bfloat16, where it is there; else LibTorch's
/// BLAS. A pure function of the spec, the processor and the libraries' versions: nothing is timed.
std::unique_ptr<Product> make_product(const ProductSpec& spec);

/// A product in at most so many parts of its result, each made by `maker` and multiplied by one
/// thread. What bits come of it depends on the number of parts, and not on that of the threads that
/// are there (omp_get_max_threads()). Null where the maker makes nothing.
std::unique_ptr<Product> parted_product(const ProductSpec& spec, int parts,
                                        ProductMaker maker = make_product);

/// "2.6.3"; empty where strata was built without oneDNN.
std::string onednn_version();

/// Whether the processor multiplies bfloat16 numbers, and oneDNN is there to make it do so.
bool multiplies_bfloat16();

}  // namespace strata
