#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "strata/support/host_device.hpp"

// The arithmetic of a step between its products, once for CPU and GPU; the launchers only run it.
// No LibTorch here, so that nvcc compiles it by itself.

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#define STRATA_VECTOR_MATH __attribute__((simd("notinbranch")))
extern "C" {  // as glibc declares them under -ffast-math alone: it has them for whole vectors
STRATA_VECTOR_MATH float expf(float) noexcept;
STRATA_VECTOR_MATH double exp(double) noexcept;
STRATA_VECTOR_MATH float logf(float) noexcept;
STRATA_VECTOR_MATH double log(double) noexcept;
}
#endif

namespace strata {

/// The upper half of a float32, rounded to nearest, ties to even: what a processor multiplies where
/// it has bfloat16 products.
struct BFloat16 {
  uint16_t bits;

  BFloat16() = default;
  STRATA_HOST_DEVICE explicit BFloat16(float x) : bits(rounded(x)) {}
  STRATA_HOST_DEVICE static uint16_t rounded(float x) {
    uint32_t word = 0;
    std::memcpy(&word, &x, sizeof word);
    const uint32_t upper = (word + 0x7FFFU + ((word >> 16) & 1U)) >> 16;
    return static_cast<uint16_t>(x != x ? 0x7FC0U : upper);
  }
  STRATA_HOST_DEVICE explicit operator float() const {
    const uint32_t word = static_cast<uint32_t>(bits) << 16;
    float x = 0;
    std::memcpy(&x, &word, sizeof x);
    return x;
  }
};

/// to = x. Of a BFloat16 by its bits: a loop that copies whole ones is not vectorized.
template <class T>
STRATA_HOST_DEVICE void store(T x, T& to) {
  to = x;
}
STRATA_HOST_DEVICE inline void store(float x, BFloat16& to) {
  to.bits = BFloat16::rounded(x);
}

STRATA_HOST_DEVICE inline float exponential(float x) {
  return expf(x);
}
STRATA_HOST_DEVICE inline double exponential(double x) {
  return exp(x);
}
STRATA_HOST_DEVICE inline float logarithm(float x) {
  return logf(x);
}
STRATA_HOST_DEVICE inline double logarithm(double x) {
  return log(x);
}

// Activations: the derivative at a place, from the output there.
template <class T>
struct IdentitySlope {
  STRATA_HOST_DEVICE T operator()(T) const { return T(1); }
};
template <class T>
struct TanhSlope {
  STRATA_HOST_DEVICE T operator()(T y) const { return T(1) - y * y; }
};
template <class T>
struct SigmoidSlope {
  STRATA_HOST_DEVICE T operator()(T y) const { return y * (T(1) - y); }
};
template <class T>
struct ReluSlope {
  STRATA_HOST_DEVICE T operator()(T y) const { return y > T(0) ? T(1) : T(0); }
};

// Losses of one element: its value, and its derivative by the output.
template <class T>
struct SquaredError {
  STRATA_HOST_DEVICE T value(T y, T t) const { return (y - t) * (y - t); }
  STRATA_HOST_DEVICE T slope(T y, T t) const { return T(2) * (y - t); }
};

/// Logarithms are cut off at -100, and y (1 - y) at 1e-12, as LibTorch does.
template <class T>
struct BinaryCrossEntropyLoss {
  STRATA_HOST_DEVICE static T cut(T x) { return x < T(-100) ? T(-100) : x; }
  STRATA_HOST_DEVICE T value(T y, T t) const {
    return (t - T(1)) * cut(logarithm(T(1) - y)) - t * cut(logarithm(y));
  }
  STRATA_HOST_DEVICE T slope(T y, T t) const {
    const T variance = y * (T(1) - y);
    return (y - t) / (variance < T(1e-12) ? T(1e-12) : variance);
  }
};

/// log(sum_j exp(z_j)) of a sample's scores.
template <class T>
STRATA_HOST_DEVICE T log_sum_exp(const T* scores, int64_t classes) {
  T largest = scores[0];
  for (int64_t j = 1; j < classes; ++j) largest = scores[j] > largest ? scores[j] : largest;
  T sum = 0;
  for (int64_t j = 0; j < classes; ++j) sum += exponential(scores[j] - largest);
  return largest + logarithm(sum);
}

/// The divergence of a unit whose mean activation is q from the target p (kl_sparsity's form,
/// core/form.hpp): below `least` the logarithms go on as their tangents.
template <class T>
struct KlSparsity {
  T p, least;
  STRATA_HOST_DEVICE T steady_log(T x) const {
    return x > least ? logarithm(x) : x / least + (logarithm(least) - T(1));
  }
  STRATA_HOST_DEVICE T value(T q) const {
    const T entropy = p * logarithm(p) + (T(1) - p) * logarithm(T(1) - p);
    return entropy - p * steady_log(q) - (T(1) - p) * steady_log(T(1) - q);
  }
  STRATA_HOST_DEVICE T slope(T q) const {
    return (T(1) - p) / (T(1) - q > least ? T(1) - q : least) - p / (q > least ? q : least);
  }
};

/// What penalties add to the gradient at element a of unit j of the code.
template <class T>
struct CodeGradient {
  const T* of_unit = nullptr;  ///< the same for all samples; may be null
  T of_sign = 0;               ///< times the sign of a
  STRATA_HOST_DEVICE T operator()(T a, int64_t j) const {
    const T sign = a > T(0) ? T(1) : a < T(0) ? T(-1) : T(0);
    return (of_unit == nullptr ? T(0) : of_unit[j]) + of_sign * sign;
  }
};

/// What a corruption makes of x, u being uniform noise: salt_and_pepper as it stands, masking with
/// half = rate and low = 0 (core/form.hpp).
template <class T>
struct UniformCorruption {
  T rate, half, low, high;
  STRATA_HOST_DEVICE T operator()(T x, T u) const { return u < half ? low : u < rate ? high : x; }
};

/// An update of one number by stochastic gradient descent (plugins/optimizers/sgd.cpp says which).
template <class T>
struct SgdUpdate {
  T rate, momentum, weight_decay;
  bool nesterov;
  T scale = 1;  ///< of the gradient, where its norm is clipped
  STRATA_HOST_DEVICE void operator()(T g, T& w, T* velocity) const {
    g = g * scale + weight_decay * w;
    if (velocity != nullptr) {
      *velocity = momentum * *velocity + g;
      g = nesterov ? g + momentum * *velocity : *velocity;
    }
    w -= rate * g;
  }
};

/// The same by Adam (plugins/optimizers/adam.cpp).
template <class T>
struct AdamUpdate {
  T rate, beta1, beta2, eps, weight_decay;
  T new1, new2;    ///< 1 - beta1, 1 - beta2, rounded once
  T rest1, rest2;  ///< 1 - beta1^t, 1 - beta2^t
  T scale = 1;
  STRATA_HOST_DEVICE void operator()(T g, T& w, T& mean, T& square) const {
    g = g * scale + weight_decay * w;
    mean = beta1 * mean + new1 * g;
    square = beta2 * square + new2 * g * g;
    w -= rate * ((mean / rest1) / (std::sqrt(square / rest2) + eps));
  }
};

}  // namespace strata
