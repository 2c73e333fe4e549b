// Seconds that the matrix products of one step take, and nothing else. usage: bench_products
// LIBRARY FORMAT THREADS ROWS STEPS SIZE SIZE ...: onednn or blas; float32, float64 or bfloat16;
// the widths of a chain, from the input to the output. Writes into memory that is there already.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <vector>

#include "strata/fused/product.hpp"
#include "strata/fused/threads.hpp"
#include "strata/support/errors.hpp"

namespace {

using namespace strata;

struct Prepared {
  std::unique_ptr<Product> product;
  const void *a, *b;
  void* c;
};

/// The products of a step: forward, back to the first layer's output, and of each weight.
std::vector<ProductSpec> step_of(const std::vector<int64_t>& sizes, int64_t rows) {
  std::vector<ProductSpec> products;
  for (size_t k = 1; k < sizes.size(); ++k)
    products.push_back({rows, sizes[k], sizes[k - 1], false, true});
  for (size_t k = sizes.size() - 1; k > 0; --k) {
    if (k > 1) products.push_back({rows, sizes[k - 1], sizes[k]});
    products.push_back({sizes[k], sizes[k - 1], rows, true});
  }
  return products;
}

int measure(const std::vector<std::string>& given) {
  const bool onednn = given.at(0) == "onednn";
  const Format format = given.at(1) == "float64"    ? Format::float64
                        : given.at(1) == "bfloat16" ? Format::bfloat16
                                                    : Format::float32;
  const int threads = std::stoi(given.at(2));
  const int64_t rows = std::stoll(given.at(3)), steps = std::stoll(given.at(4));
  std::vector<int64_t> sizes;
  for (size_t i = 5; i < given.size(); ++i) sizes.push_back(std::stoll(given[i]));
  const EngineThreads limit(threads);
  std::vector<std::vector<double>> memory;
  const auto take = [&](int64_t count) {
    memory.emplace_back(static_cast<size_t>(count), 0.0);
    return memory.back().data();
  };
  std::vector<Prepared> step;
  for (ProductSpec spec : step_of(sizes, rows)) {
    spec.factors = format;
    spec.result = format == Format::float64 ? Format::float64 : Format::float32;
    auto product = parted_product(spec, threads, onednn ? make_onednn_product : make_blas_product);
    if (product == nullptr) return 3;  // not on this machine
    step.push_back({std::move(product), take(spec.rows * spec.inner),
                    take(spec.inner * spec.columns), take(spec.rows * spec.columns)});
  }
  auto begin = std::chrono::steady_clock::now();
  for (int64_t k = -steps / 10 - 1; k < steps; ++k) {  // the first ones warm up
    if (k == 0) begin = std::chrono::steady_clock::now();
    for (const Prepared& p : step) p.product->run(p.a, p.b, nullptr, p.c);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  fmt::print("{}\n", seconds.count() / static_cast<double>(steps));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return measure({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_products: {}\n", e.what());
    return 2;
  }
}
