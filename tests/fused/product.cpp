#include "strata/fused/product.hpp"

#include <ATen/ops/allclose.h>
#include <ATen/ops/from_blob.h>
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "strata/core/tensor.hpp"
#include "strata/fused/pass_kernel.hpp"

namespace strata {
namespace {

/// Numbers without order, the same each time.
Tensor numbers(int64_t rows, int64_t columns, double step) {
  return at::arange(rows * columns, at::kDouble).mul_(step).sin_().view({rows, columns});
}

Tensor stored(const Tensor& values, bool transposed, Format format) {
  const Tensor laid = (transposed ? values.t() : values).contiguous();
  return laid.to(format == Format::float64   ? at::kDouble
                 : format == Format::float32 ? at::kFloat
                                             : at::kBFloat16);
}

Tensor applied(const Tensor& x, Pointwise pointwise) {
  switch (pointwise) {
    case Pointwise::tanh:
      return at::tanh(x);
    case Pointwise::sigmoid:
      return at::sigmoid(x);
    case Pointwise::relu:
      return at::relu(x);
    default:
      return x;
  }
}

/// How far a product is from the same in float64, of the factors as they are stored.
double error_of(std::unique_ptr<Product> (*make)(const ProductSpec&), const ProductSpec& spec) {
  const auto product = make(spec);
  REQUIRE(product != nullptr);
  const Tensor a = stored(numbers(spec.rows, spec.inner, 1.3), spec.a_transposed, spec.factors);
  const Tensor b = stored(numbers(spec.inner, spec.columns, 0.7), spec.b_transposed, spec.factors);
  const Format sums = spec.factors == Format::float64 ? Format::float64 : Format::float32;
  const Tensor bias = stored(numbers(1, spec.columns, 0.9), false, sums);
  Tensor c = stored(numbers(spec.rows, spec.columns, 2.1), false, spec.result);
  const Tensor a_wide = (spec.a_transposed ? a.t() : a).to(at::kDouble);
  const Tensor b_wide = (spec.b_transposed ? b.t() : b).to(at::kDouble);
  Tensor expected = at::matmul(a_wide, b_wide);
  if (spec.bias) expected = expected + bias.to(at::kDouble);
  if (spec.accumulate) expected = expected + c.to(at::kDouble);
  expected = applied(expected, spec.pointwise);
  product->run(a.data_ptr(), b.data_ptr(), spec.bias ? bias.data_ptr() : nullptr, c.data_ptr());
  return (c.to(at::kDouble) - expected).abs().max().item<double>();
}

std::vector<ProductSpec> shapes() {
  std::vector<ProductSpec> specs;
  for (const bool a : {false, true})
    for (const bool b : {false, true})
      for (const int threads : {1, 2}) {
        specs.push_back({37, 29, 53, a, b});
        specs.back().threads = threads;
      }
  std::vector<ProductSpec> all;
  for (ProductSpec spec : specs)
    for (const Pointwise pointwise :
         {Pointwise::none, Pointwise::tanh, Pointwise::sigmoid, Pointwise::relu})
      for (const bool bias : {false, true}) {
        spec.pointwise = pointwise;
        spec.bias = bias;
        all.push_back(spec);
      }
  for (ProductSpec spec : specs) {
    spec.accumulate = true;
    all.push_back(spec);
  }
  return all;
}

std::string described(const ProductSpec& spec) {
  return fmt::format("a_t {} b_t {} pointwise {} bias {} accumulate {} threads {}",
                     spec.a_transposed, spec.b_transposed, static_cast<int>(spec.pointwise),
                     spec.bias, spec.accumulate, spec.threads);
}

TEST_CASE("every form of a product agrees with the same in float64") {
  for (ProductSpec spec : shapes()) {
    CAPTURE(described(spec));
    spec.factors = spec.result = Format::float64;
    CHECK(error_of(make_product, spec) < 1e-12);
    spec.factors = spec.result = Format::float32;
    CHECK(error_of(make_product, spec) < 2e-5);
    CHECK(error_of(make_blas_product, spec) < 2e-5);
  }
}

TEST_CASE("bfloat16 factors are summed in float32") {
  if (!multiplies_bfloat16()) return;
  for (ProductSpec spec : shapes()) {
    CAPTURE(described(spec));
    spec.factors = Format::bfloat16;
    CHECK(error_of(make_product, spec) < 2e-5);
  }
}

TEST_CASE("a result may be rounded to bfloat16, for the next product") {
  if (!multiplies_bfloat16()) return;
  ProductSpec spec{37, 29, 53, false, true, Format::bfloat16, Format::bfloat16, true};
  spec.pointwise = Pointwise::tanh;
  CHECK(error_of(make_product, spec) < 0.5 / 256 + 1e-6);
}

TEST_CASE("a result's bits do not depend on the number of threads") {
  for (const Format format : {Format::float32, Format::float64}) {
    for (const auto& [rows, columns, inner] :
         std::vector<std::array<int64_t, 3>>{{100, 400, 784}, {784, 400, 1000}, {10, 10, 256}}) {
      std::vector<Tensor> results;
      for (const int threads : {1, 2, 3}) {
        ProductSpec spec{rows, columns, inner, true, false, format, format};
        spec.threads = threads;
        const Tensor a = stored(numbers(rows, inner, 1.3), true, format);
        const Tensor b = stored(numbers(inner, columns, 0.7), false, format);
        Tensor c = stored(numbers(rows, columns, 2.1), false, format);
        make_product(spec)->run(a.data_ptr(), b.data_ptr(), nullptr, c.data_ptr());
        results.push_back(c);
      }
      CAPTURE(rows);
      CHECK(at::equal(results[0], results[1]));
      CHECK(at::equal(results[0], results[2]));
    }
  }
}

TEST_CASE("BFloat16 rounds to nearest, ties to even, and keeps what is no number") {
  for (const float x : {1.0F, 1.00390625F, 1.01171875F, -3.1415926F, 1e-40F, 3.4e38F}) {
    const Tensor expected = at::tensor(x).to(at::kBFloat16).to(at::kFloat);
    CHECK(static_cast<float>(BFloat16(x)) == expected.item<float>());
  }
  CHECK(std::isnan(static_cast<float>(BFloat16(NAN))));
  CHECK(std::isinf(static_cast<float>(BFloat16(INFINITY))));
}

}  // namespace
}  // namespace strata
