#pragma once
#include "strata/core/noise_kernel.hpp"
#include "strata/fused/pass_kernel.hpp"

// The loops that a thread runs over its rows. Each is compiled for the baseline processor and for
// wider vectors; which one runs is chosen when the library is loaded.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define STRATA_PASS_VARIANTS
#define STRATA_PASS_LOOP \
  __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define STRATA_PASS_LOOP
#endif

namespace strata {
namespace {

template <class T>
STRATA_PASS_LOOP void add_to(int64_t n, const T* from, T* sums) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) sums[j] += from[j];
}

template <class T>
STRATA_PASS_LOOP void scale_image(int64_t n, const uint8_t* bytes, T* out) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) out[j] = static_cast<T>(bytes[j]) / static_cast<T>(255);
}

template <class T, class E>
STRATA_PASS_LOOP void convert(int64_t n, const T* from, E* to) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) store(from[j], to[j]);
}

template <class T>
STRATA_PASS_LOOP void spoil_row(UniformCorruption<T> spoil, UniformNoise<T> noise, uint64_t first,
                                int64_t n, const T* from, T* to) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j)
    to[j] = spoil(from[j], noise.of(first + static_cast<uint64_t>(j)));
}

template <class T, class N>
STRATA_PASS_LOOP void rectify_values(int64_t n, N* values) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) {
    const T x = static_cast<T>(values[j]);
    store(x < T(0) ? T(0) : x, values[j]);
  }
}

template <class T, class Loss>
STRATA_PASS_LOOP double loss_values(Loss loss, int64_t n, const T* output, const T* target) {
  double total = 0;
  for (int64_t first = 0; first < n; first += 1024) {
    const int64_t last = first + 1024 < n ? first + 1024 : n;
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = first; j < last; ++j) sum += loss.value(output[j], target[j]);
    total += static_cast<double>(sum);
  }
  return total;
}

template <class T, class E, class Loss, class Slope>
STRATA_PASS_LOOP double loss_rows(Loss loss, Slope slope, int64_t rows, int64_t columns,
                                  const T* output, const T* target, T factor, E* delta, T* sums) {
  double total = 0;
  for (int64_t i = 0; i < rows; ++i, output += columns, target += columns, delta += columns) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < columns; ++j) {
      const T d = factor * loss.slope(output[j], target[j]) * slope(output[j]);
      store(d, delta[j]);
      sums[j] += d;
      sum += loss.value(output[j], target[j]);
    }
    total += static_cast<double>(sum);
  }
  return total;
}

/// delta and sums may be null.
template <class T, class E, class Slope>
STRATA_PASS_LOOP double label_rows(Slope slope, bool normalize, int64_t rows, int64_t classes,
                                   T* scores, const int64_t* labels, T factor, E* delta, T* sums) {
  double total = 0;
  for (int64_t i = 0; i < rows; ++i, scores += classes) {
    const T shift = log_sum_exp(scores, classes);
    const int64_t label = labels[i];
    total += static_cast<double>(shift - scores[label]);
    for (int64_t j = 0; delta != nullptr && j < classes; ++j) {
      const T probability = exponential(scores[j] - shift);
      const T d = factor * (probability - (j == label ? T(1) : T(0))) * slope(scores[j]);
      store(d, delta[j]);
      sums[j] += d;
    }
    for (int64_t j = 0; normalize && j < classes; ++j) scores[j] -= shift;
    if (delta != nullptr) delta += classes;
  }
  return total;
}

template <class T, class E, class Slope>
STRATA_PASS_LOOP void slope_rows(Slope slope, int64_t rows, int64_t columns, const E* outputs,
                                 const T* gradient, E* delta, T* sums) {
  for (int64_t i = 0; i < rows; ++i, outputs += columns, gradient += columns, delta += columns) {
#pragma omp simd
    for (int64_t j = 0; j < columns; ++j) {
      const T d = gradient[j] * slope(static_cast<T>(outputs[j]));
      store(d, delta[j]);
      sums[j] += d;
    }
  }
}

template <class T, class E, class Slope>
STRATA_PASS_LOOP void code_slope_rows(Slope slope, CodeGradient<T> code, int64_t rows,
                                      int64_t columns, const E* outputs, const T* gradient,
                                      E* delta, T* sums) {
  for (int64_t i = 0; i < rows; ++i, outputs += columns, gradient += columns, delta += columns) {
#pragma omp simd
    for (int64_t j = 0; j < columns; ++j) {
      const T a = static_cast<T>(outputs[j]);
      const T d = (gradient[j] + code(a, j)) * slope(a);
      store(d, delta[j]);
      sums[j] += d;
    }
  }
}

/// The sum of absolute values; `sums` may be null.
template <class T, class E>
STRATA_PASS_LOOP double code_rows(int64_t rows, int64_t columns, const E* code, T* sums) {
  double total = 0;
  for (int64_t i = 0; i < rows; ++i, code += columns) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < columns; ++j) {
      const T a = static_cast<T>(code[j]);
      sum += a < T(0) ? -a : a;
    }
    total += static_cast<double>(sum);
#pragma omp simd
    for (int64_t j = 0; j < (sums == nullptr ? 0 : columns); ++j)
      sums[j] += static_cast<T>(code[j]);
  }
  return total;
}

template <class T>
STRATA_PASS_LOOP void sgd_values(SgdUpdate<T> by, int64_t n, const T* g, T* w) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) by(g[j], w[j], nullptr);
}

template <class T>
STRATA_PASS_LOOP void momentum_values(SgdUpdate<T> by, int64_t n, const T* g, T* w, T* velocity) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) by(g[j], w[j], velocity + j);
}

template <class T>
STRATA_PASS_LOOP void adam_values(AdamUpdate<T> by, int64_t n, const T* g, T* w, T* mean,
                                  T* square) {
#pragma omp simd
  for (int64_t j = 0; j < n; ++j) by(g[j], w[j], mean[j], square[j]);
}

template <class T>
STRATA_PASS_LOOP double square_values(int64_t n, const T* g) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < n; ++j) sum += static_cast<double>(g[j]) * static_cast<double>(g[j]);
  return sum;
}

}  // namespace
}  // namespace strata
