// Products by the BLAS that LibTorch has.
#include <ATen/ops/addmm.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tanh.h>

#include <array>

#include "strata/fused/product.hpp"

namespace strata {
namespace {

class BlasProduct final : public Product {
 public:
  explicit BlasProduct(const ProductSpec& spec) : spec_(spec) {}

  void run(const void* a, const void* b, const void* bias, void* c) override {
    view({a, b, bias, c});
    if (spec_.accumulate)
      at::addmm_out(c_, c_, a_, b_);
    else if (spec_.bias)
      at::addmm_out(c_, bias_, a_, b_);
    else
      at::mm_out(c_, a_, b_);
    if (spec_.pointwise == Pointwise::tanh) at::tanh_out(c_, c_);
    if (spec_.pointwise == Pointwise::sigmoid) at::sigmoid_out(c_, c_);
  }

  std::string library() const override { return "BLAS"; }

 private:
  /// The operands as tensors: kept, since most products meet the same ones each time.
  void view(const std::array<const void*, 4>& operands) {
    if (operands == seen_) return;
    seen_ = operands;
    const auto dtype = spec_.factors == Format::float64 ? at::kDouble : at::kFloat;
    const auto matrix = [&](const void* data, int64_t rows, int64_t columns, int64_t row,
                            int64_t column) {
      return at::from_blob(const_cast<void*>(data), {rows, columns}, {row, column}, dtype);
    };
    const auto stored = [&](const void* data, int64_t rows, int64_t columns, int64_t stride,
                            bool transposed) {
      return transposed ? matrix(data, rows, columns, 1, stride)
                        : matrix(data, rows, columns, stride, 1);
    };
    a_ = stored(operands[0], spec_.rows, spec_.inner, spec_.a_row(), spec_.a_transposed);
    b_ = stored(operands[1], spec_.inner, spec_.columns, spec_.b_row(), spec_.b_transposed);
    if (spec_.bias) bias_ = matrix(operands[2], 1, spec_.columns, spec_.columns, 1);
    c_ = matrix(operands[3], spec_.rows, spec_.columns, spec_.c_row(), 1);
  }

  ProductSpec spec_;
  std::array<const void*, 4> seen_{};
  at::Tensor a_, b_, bias_, c_;
};

}  // namespace

std::unique_ptr<Product> make_blas_product(const ProductSpec& spec) {
  if (spec.factors == Format::bfloat16 || spec.result != spec.factors) return nullptr;
  return std::make_unique<BlasProduct>(spec);
}

}  // namespace strata
