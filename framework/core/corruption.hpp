#pragma once
// The family `corruption`. Contract in contract/corruption.cpp.
#include "strata/core/form.hpp"
#include "strata/core/noise.hpp"
#include "strata/registry/registry.hpp"

namespace strata {

/// Spoils the input of a pretraining stage; what is to be rebuilt stays clean (Vincent et al.
/// 2008).
class Corruption {
 public:
  static constexpr const char* family = "corruption";
  virtual ~Corruption() = default;

  /// A spoilt copy of x ({batch, sample...}), with noise from `place` alone. Called once a step,
  /// while training only.
  virtual Tensor apply(const Tensor& x, const NoisePlace& place) const = 0;

  virtual CorruptionForm form() const { return {}; }
};

}  // namespace strata
