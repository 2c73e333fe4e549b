#include "strata/fused/product.hpp"

#include "strata/support/errors.hpp"

namespace strata {

size_t bytes_of(Format format) {
  return format == Format::float64 ? 8 : format == Format::float32 ? 4 : 2;
}

std::unique_ptr<Product> make_product(const ProductSpec& spec) {
  if (spec.pointwise == Pointwise::relu) throw RunError("relu is a pass, not part of a product");
  if (auto product = make_onednn_product(spec)) return product;
  if (auto product = make_blas_product(spec)) return product;
  throw RunError("no library multiplies numbers of this format on this machine");
}

}  // namespace strata
