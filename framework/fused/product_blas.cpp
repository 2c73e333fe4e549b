// Products by the BLAS that LibTorch has. OpenBLAS keeps a pool of threads of its own, beside that
// of OpenMP in which everything else runs; so it gets one thread here, and each thread of OpenMP
// multiplies a part of the result.
#include <ATen/ops/addmm.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tanh.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "strata/fused/product.hpp"

namespace strata {
namespace {

/// OpenBLAS, where that is what is loaded, with one thread while this lives.
class OneBlasThread {
 public:
  OneBlasThread() : before_(get() == nullptr ? 1 : get()()) {
    if (before_ != 1) set()(1);
  }
  ~OneBlasThread() {
    if (before_ != 1) set()(before_);
  }
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  static auto get() -> int (*)() {
    static const auto f = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    return f;
  }
  static auto set() -> void (*)(int) {
    static const auto f =
        reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    return f;
  }
  int before_;
};

class BlasProduct final : public Product {
 public:
  explicit BlasProduct(const ProductSpec& spec) : spec_(spec) {
    const int64_t lines = split_rows() ? spec.rows : spec.columns;
    const int64_t most = std::max<int64_t>(1, lines / kFewestLines);
    parts_.resize(static_cast<size_t>(std::min<int64_t>(spec.threads, most)));
  }

  void run(const void* a, const void* b, const void* bias, void* c) override {
    const std::array<const void*, 4> given{a, b, bias, c};
    if (given != seen_) view(a, b, bias, c);
    seen_ = given;
    const OneBlasThread one;
    const int parts = static_cast<int>(parts_.size());
#pragma omp parallel for num_threads(parts) schedule(static)
    for (int part = 0; part < parts; ++part) multiply(parts_[static_cast<size_t>(part)]);
  }

  std::string library() const override { return "BLAS"; }

 private:
  static constexpr int64_t kFewestLines = 8;  // of the result, that a thread is asked for

  struct Part {
    at::Tensor a, b, bias, c;
  };

  bool split_rows() const { return spec_.rows >= spec_.columns; }

  void multiply(Part& part) const {
    if (spec_.accumulate)
      at::addmm_out(part.c, part.c, part.a, part.b);
    else if (spec_.bias)
      at::addmm_out(part.c, part.bias, part.a, part.b);
    else
      at::mm_out(part.c, part.a, part.b);
    if (spec_.pointwise == Pointwise::tanh) at::tanh_out(part.c, part.c);
    if (spec_.pointwise == Pointwise::sigmoid) at::sigmoid_out(part.c, part.c);
  }

  /// The operands of each part, as tensors: kept, since most products meet the same ones each time.
  void view(const void* a, const void* b, const void* bias, void* c) {
    const auto dtype = spec_.factors == Format::float64 ? at::kDouble : at::kFloat;
    const auto matrix = [&](const void* data, int64_t rows, int64_t columns) {
      return at::from_blob(const_cast<void*>(data), {rows, columns}, dtype);
    };
    const at::Tensor whole_a = spec_.a_transposed ? matrix(a, spec_.inner, spec_.rows).t()
                                                  : matrix(a, spec_.rows, spec_.inner);
    const at::Tensor whole_b = spec_.b_transposed ? matrix(b, spec_.columns, spec_.inner).t()
                                                  : matrix(b, spec_.inner, spec_.columns);
    const at::Tensor whole_c = matrix(c, spec_.rows, spec_.columns);
    const at::Tensor whole_bias = spec_.bias ? matrix(bias, 1, spec_.columns) : at::Tensor();
    const int64_t lines = split_rows() ? spec_.rows : spec_.columns;
    const int64_t parts = static_cast<int64_t>(parts_.size());
    for (int64_t i = 0; i < parts; ++i) {
      const int64_t first = lines * i / parts, count = lines * (i + 1) / parts - first;
      const int64_t dim = split_rows() ? 0 : 1;
      parts_[static_cast<size_t>(i)] = {
          split_rows() ? whole_a.narrow(0, first, count) : whole_a,
          split_rows() ? whole_b : whole_b.narrow(1, first, count),
          split_rows() || !spec_.bias ? whole_bias : whole_bias.narrow(1, first, count),
          whole_c.narrow(dim, first, count)};
    }
  }

  ProductSpec spec_;
  std::vector<Part> parts_;
  std::array<const void*, 4> seen_{};
};

}  // namespace

std::unique_ptr<Product> make_blas_product(const ProductSpec& spec) {
  if (spec.factors == Format::bfloat16 || spec.result != spec.factors) return nullptr;
  return std::make_unique<BlasProduct>(spec);
}

}  // namespace strata
