#pragma once
// The family `penalty`: terms of a pretraining stage's objective besides its loss. Contract in
// contract/penalty.cpp.
#include <map>
#include <optional>
#include <string>
#include <vector>

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

/// What a penalty sees of a step; what comes from parameters carries gradients.
struct PenaltyBatch {
  Tensor code;    ///< {batch, shape...}: the output of the last encoder in play
  Tensor input;   ///< what the stage's first block was given, spoilt where the stage spoils it;
                  ///< code may be differentiated by it
  Tensor output;  ///< of the stage's last block
  std::vector<Parameter> parameters;    ///< of the encoders in play, trained or not
  std::map<std::string, Tensor> sides;  ///< ForwardContext::give()'s, "encoder.0.2.mean"
  ForwardContext place;                 ///< of the step, for noise

  /// The sides of this name, whichever layer gave them ("mean"), in the order of the layers.
  std::vector<Tensor> given(const std::string& name) const {
    std::vector<Tensor> values;
    for (const auto& [side, value] : sides)
      if (side.substr(side.rfind('.') + 1) == name) values.push_back(value);
    return values;
  }
};

/// A term of a pretraining stage's objective. It is bad where it says so by its gradient too: one
/// that vanishes where the term is far from its least leaves units dead without a word.
class Penalty {
 public:
  static constexpr const char* family = "penalty";
  virtual ~Penalty() = default;

  virtual const PenaltyParams& common() const = 0;

  /// Why it does not suit a code whose values have this range, or nothing where it does.
  virtual std::optional<std::string> objection(const Range& code) const = 0;

  /// The sides that it needs ("mean"): a stage none of whose layers give them fails in its first
  /// step.
  virtual std::vector<std::string> needs() const { return {}; }

  /// A scalar, without the weight.
  virtual Tensor forward(const PenaltyBatch& batch) const = 0;

  virtual PenaltyForm form() const { return {}; }
};

}  // namespace strata
