#pragma once
#include <memory>
#include <vector>

#include "strata/run/experiment.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// An experiment checked through and ready to be built: nothing is allocated, no file was opened.
struct Plan {
  Experiment experiment;
  DatasetInfo data;
  std::shared_ptr<Stack> stack;
  std::vector<StageSpec> stages;  ///< as foreseen; the upper bound where a strategy adapts

  /// The stage after those done, with the settings' loss, optimizer, epochs and metrics; nothing
  /// when the run is over. A pure function of its argument.
  std::optional<StageSpec> next_stage(const std::vector<StageResult>& done) const;
};

/// Infers shapes, makes the decoders, lists the stages, and checks that losses and metrics suit
/// them. Mistakes go to `issues`, with the position of the key at fault in `tree`; the plan is then
/// incomplete.
Plan make_plan(const Experiment& experiment, const Node& tree, Issues& issues);

}  // namespace strata
