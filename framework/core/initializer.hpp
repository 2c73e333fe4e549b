#pragma once
// The family `initializer`. Contract in contract/initializer.cpp.
#include "strata/core/tensor.hpp"
#include "strata/support/random.hpp"

namespace strata {

/// How a new parameter's values are drawn.
class Initializer {
 public:
  static constexpr const char* family = "initializer";
  virtual ~Initializer() = default;

  /// Fills `out` (float64, contiguous, on the CPU), element i from `stream` at element i, so that a
  /// value depends on nothing but its place. fan_in and fan_out are the number of inputs that feed
  /// one output, and of outputs that one input feeds.
  virtual void fill(Tensor& out, const RandomStream& stream, int64_t fan_in,
                    int64_t fan_out) const = 0;
};

/// The commonest kind: element i = value(i).
template <class Value>
void fill_each(Tensor& out, Value value) {
  double* data = out.data_ptr<double>();
  for (int64_t i = 0; i < out.numel(); ++i) data[i] = value(static_cast<uint64_t>(i));
}

/// Zero mean and the given standard deviation, "normal" or "uniform" (then within +-sqrt(3) of it).
inline void fill_scaled(Tensor& out, const RandomStream& stream, const std::string& distribution,
                        double deviation) {
  if (distribution == "normal")
    fill_each(out, [&](uint64_t i) { return deviation * stream.normal(i); });
  else
    fill_each(out,
              [&](uint64_t i) { return std::sqrt(3.0) * deviation * (2 * stream.uniform(i) - 1); });
}

}  // namespace strata
