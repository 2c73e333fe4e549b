#pragma once
// One step of a stage: forward, objective, backward, update. autograd_step() (step.cpp) makes it
// for any stage; engines that know what a stage is made of make it faster, and are tried first.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "strata/core/corruption.hpp"
#include "strata/train/evaluation.hpp"
#include "strata/train/objective.hpp"

namespace strata {

/// What a stage trains with, made by fit() for as long as the stage lasts. A step refers to it.
struct StageParts {
  const Stack& stack;
  const StageSpec& spec;
  const DeviceData& data;
  const FitOptions& options;
  const StageInput& input;                       ///< of the training split
  const std::vector<Parameter>& parameters;      ///< that train
  std::vector<std::string> encode, decode;       ///< the stage's blocks, parted where the code is
  Objective& objective;                          ///< keeps the terms' values
  std::shared_ptr<Optimizer> optimizer;          ///< started
  std::shared_ptr<Corruption> corruption;        ///< null where the input stays clean
  RandomStream noise;                            ///< the corruption's
  std::vector<std::shared_ptr<Metric>> metrics;  ///< updated with each step's output; started

  /// What the stage is given of x, at this place.
  Tensor corrupted(const Tensor& x, const ForwardContext& place) const;
};

/// Makes a stage's steps. What it keeps from one to the next is in the parameters, the optimizer's
/// state, the objective and the metrics, and nowhere else: a stage may be resumed, or a step be
/// repeated, at any place.
class StageStep {
 public:
  virtual ~StageStep() = default;

  /// One update from the samples of `place`, at the learning rate (a scalar of the parameters'
  /// dtype on their device). Notes the objective's terms and updates the metrics; reads nothing
  /// back. The parameters have no gradients before and after.
  virtual void run(const ForwardContext& place, const Tensor& rate) = 0;

  /// The stage's figures on a split, as evaluate() (evaluation.hpp) gives them.
  virtual Json evaluate(const Evaluation& what, const StageInput& input,
                        const DeviceSplit& split) = 0;

  /// As the record says it: {"name": "autograd"}, and what else the engine has to say.
  virtual Json description() const = 0;
};

/// By LibTorch's autograd, for any stage.
std::unique_ptr<StageStep> autograd_step(const StageParts& parts);

/// By the first of options.engines that takes the stage, else by autograd, whose description then
/// says under "why" what they did not take.
std::unique_ptr<StageStep> make_step(const StageParts& parts);

}  // namespace strata
