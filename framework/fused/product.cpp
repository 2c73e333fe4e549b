#include "strata/fused/product.hpp"

#include <omp.h>

#include <algorithm>
#include <vector>

#include "strata/support/errors.hpp"

namespace strata {
namespace {

constexpr int64_t kFewestLines = 4;  // rows or columns of a part

class PartedProduct final : public Product {
 public:
  struct Part {
    std::unique_ptr<Product> product;
    int64_t a = 0, b = 0, bias = 0, c = 0;  // where it begins, in bytes
  };

  explicit PartedProduct(std::vector<Part> parts) : parts_(std::move(parts)) {}

  void run(const void* a, const void* b, const void* bias, void* c) override {
    const int count = static_cast<int>(parts_.size());
    const int threads = std::min(count, omp_get_max_threads());
    const auto multiply = [&](const Part& part) {
      part.product->run(at(a, part.a), at(b, part.b), at(bias, part.bias),
                        const_cast<void*>(at(c, part.c)));
    };
    if (threads == 1) {
      for (const Part& part : parts_) multiply(part);
      return;
    }
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int i = 0; i < count; ++i) multiply(parts_[static_cast<size_t>(i)]);
  }

  std::string library() const override {
    return parts_.front().product->library();
  }

 private:
  static const void* at(const void* data, int64_t bytes) {
    return data == nullptr ? nullptr : static_cast<const char*>(data) + bytes;
  }

  std::vector<Part> parts_;
};

}  // namespace

int64_t bytes_of(Format format) {
  return format == Format::float64 ? 8 : format == Format::float32 ? 4 : 2;
}

std::unique_ptr<Product> make_product(const ProductSpec& spec) {
  if (auto product = make_onednn_product(spec)) return product;
  return make_blas_product(spec);
}

std::unique_ptr<Product> parted_product(const ProductSpec& spec, int parts, ProductMaker maker) {
  if (spec.pointwise == Pointwise::relu) throw RunError("relu is a pass, not part of a product");
  const bool by_rows = spec.rows >= spec.columns;
  const int64_t lines = by_rows ? spec.rows : spec.columns;
  const int64_t count = std::clamp<int64_t>(lines / kFewestLines, 1, parts);
  const int64_t factor = bytes_of(spec.factors), result = bytes_of(spec.result);
  const int64_t sum = spec.factors == Format::float64 ? 8 : 4;
  std::vector<PartedProduct::Part> made;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t first = lines * i / count;
    ProductSpec part = spec;
    part.a_stride = spec.a_row();
    part.b_stride = spec.b_row();
    part.c_stride = spec.c_row();
    (by_rows ? part.rows : part.columns) = lines * (i + 1) / count - first;
    PartedProduct::Part entry{maker(part)};
    if (entry.product == nullptr) return nullptr;
    if (by_rows) {
      entry.a = factor * first * (spec.a_transposed ? 1 : spec.a_row());
      entry.c = result * first * spec.c_row();
    } else {
      entry.b = factor * first * (spec.b_transposed ? spec.b_row() : 1);
      entry.bias = sum * first;
      entry.c = result * first;
    }
    made.push_back(std::move(entry));
  }
  return std::make_unique<PartedProduct>(std::move(made));
}

}  // namespace strata
