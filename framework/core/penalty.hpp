#pragma once
#include <optional>
#include <string>

#include "strata/core/layer.hpp"
#include "strata/registry/registry.hpp"

namespace strata {

/// What all penalties take.
struct PenaltyParams {
  double weight = 0.001;

  template <class D>
  static void declare_common(D& d) {
    d.add("weight", &PenaltyParams::weight, "its factor in the objective").min(0);
  }
};

/// A term of a pretraining stage's objective that only looks at the code: the output of the last
/// encoder in play.
class Penalty {
 public:
  static constexpr const char* family = "penalty";
  virtual ~Penalty() = default;

  virtual const PenaltyParams& common() const = 0;

  /// Why it does not suit a code whose values have this range, or nothing where it does.
  virtual std::optional<std::string> objection(const Range& code) const = 0;

  /// A scalar, without the weight. code: {batch, shape...}.
  virtual Tensor forward(const Tensor& code) const = 0;
};

}  // namespace strata
