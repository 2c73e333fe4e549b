#include "strata/fused/product.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "strata/core/tensor.hpp"
#include "strata/fused/pass_kernel.hpp"
#include "strata/fused/threads.hpp"

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
    default:
      return x;
  }
}

/// A product's operands, without order and the same each time, and what comes of them in float64.
struct Operands {
  explicit Operands(const ProductSpec& spec)
      : a(stored(numbers(spec.rows, spec.inner, 1.3), spec.a_transposed, spec.factors)),
        b(stored(numbers(spec.inner, spec.columns, 0.7), spec.b_transposed, spec.factors)),
        bias(stored(numbers(1, spec.columns, 0.9), false,
                    spec.factors == Format::float64 ? Format::float64 : Format::float32)),
        c(stored(numbers(spec.rows, spec.columns, 2.1), false, spec.result)) {
    expected = at::matmul((spec.a_transposed ? a.t() : a).to(at::kDouble),
                          (spec.b_transposed ? b.t() : b).to(at::kDouble));
    if (spec.bias) expected = expected + bias.to(at::kDouble);
    if (spec.accumulate) expected = expected + c.to(at::kDouble);
    expected = applied(expected, spec.pointwise);
    if (!spec.bias) bias = Tensor();
  }

  Tensor& run(Product& product) {
    product.run(a.data_ptr(), b.data_ptr(), bias.defined() ? bias.data_ptr() : nullptr,
                c.data_ptr());
    return c;
  }

  Tensor a, b, bias, c, expected;
};

/// The largest distance from the same in float64, less what storing the result may have rounded.
double error_of(const ProductSpec& spec, int parts, ProductMaker maker = make_product) {
  const auto product = parted_product(spec, parts, maker);
  REQUIRE(product != nullptr);
  Operands operands(spec);
  const Tensor apart = (operands.run(*product).to(at::kDouble) - operands.expected).abs();
  const double half_unit = spec.result == Format::bfloat16 ? 1.0 / 256 : 0;
  return (apart - operands.expected.abs() * half_unit).max().item<double>();
}

/// Every form, of a result with more rows than columns and the other way round.
std::vector<ProductSpec> forms() {
  std::vector<ProductSpec> all;
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{37, 29}, {10, 61}})
    for (const bool a : {false, true})
      for (const bool b : {false, true}) {
        ProductSpec spec{rows, columns, 53, a, b};
        spec.accumulate = true;
        all.push_back(spec);
        spec.accumulate = false;
        for (const Pointwise pointwise : {Pointwise::none, Pointwise::tanh, Pointwise::sigmoid})
          for (const bool bias : {false, true}) {
            spec.pointwise = pointwise;
            spec.bias = bias;
            all.push_back(spec);
          }
      }
  return all;
}

std::string described(const ProductSpec& spec) {
  return fmt::format("{} x {}, a_t {} b_t {} pointwise {} bias {} accumulate {}", spec.rows,
                     spec.columns, spec.a_transposed, spec.b_transposed,
                     static_cast<int>(spec.pointwise), spec.bias, spec.accumulate);
}

TEST_CASE("every form of a product agrees with the same in float64") {
  for (ProductSpec spec : forms())
    for (const int parts : {1, 3}) {
      CAPTURE(described(spec));
      CAPTURE(parts);
      spec.factors = spec.result = Format::float64;
      CHECK(error_of(spec, parts) < 1e-12);
      spec.factors = spec.result = Format::float32;
      CHECK(error_of(spec, parts) < 2e-5);
      CHECK(error_of(spec, parts, make_blas_product) < 2e-5);
    }
}

TEST_CASE("bfloat16 factors are summed in float32") {
  if (!multiplies_bfloat16()) return;
  for (ProductSpec spec : forms()) {
    CAPTURE(described(spec));
    spec.factors = Format::bfloat16;
    CHECK(error_of(spec, 2) < 2e-5);
    spec.result = Format::bfloat16;
    CHECK(error_of(spec, 2) < 2e-5);
  }
}

TEST_CASE("BLAS takes no bfloat16") {
  ProductSpec spec{8, 8, 8};
  spec.factors = Format::bfloat16;
  CHECK(make_blas_product(spec) == nullptr);
  CHECK(parted_product(spec, 2, make_blas_product) == nullptr);
}

TEST_CASE("what is no number goes through a product and its activation") {
  for (const Format format : {Format::float32, Format::float64})
    for (const Pointwise pointwise : {Pointwise::none, Pointwise::tanh, Pointwise::sigmoid}) {
      ProductSpec spec{33, 20, 16, false, true, format, format};
      spec.pointwise = pointwise;
      Operands operands(spec);
      operands.b[3][5] = NAN;
      const Tensor& c = operands.run(*parted_product(spec, 2));
      CHECK(c.isnan().sum().item<int64_t>() == 33);
      CHECK(c.select(1, 3).isnan().all().item<bool>());
    }
}

TEST_CASE("a result's bits depend on its parts, and not on the threads that make them") {
  for (const Format format : {Format::float32, Format::float64})
    for (const auto& [rows, columns, inner] :
         std::vector<std::array<int64_t, 3>>{{100, 400, 784}, {784, 400, 1000}, {10, 400, 256}}) {
      const ProductSpec spec{rows, columns, inner, true, false, format, format};
      std::vector<Tensor> results;
      for (const int threads : {1, 2, 3}) {
        const EngineThreads limit(threads);
        Operands operands(spec);
        results.push_back(operands.run(*parted_product(spec, 3)));
      }
      CAPTURE(rows);
      CHECK(at::equal(results[0], results[1]));
      CHECK(at::equal(results[0], results[2]));
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
