#pragma once
// An experiment that is checked through, and its stages. Implemented in plan.cpp.
#include <limits>
#include <memory>
#include <vector>

#include "strata/run/experiment.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// What an experiment is checked against besides itself: where its data are, and the machine.
struct Host {
  std::vector<std::string> data_folders;                 ///< from --data
  int64_t memory = std::numeric_limits<int64_t>::max();  ///< in bytes
};

/// An experiment checked through and ready to be built: nothing is allocated, and of data no more
/// than headers was read.
struct Plan {
  Experiment experiment;
  DatasetInfo data;
  std::shared_ptr<Stack> stack;
  std::vector<StageSpec> stages;   ///< as foreseen; the upper bound where a strategy adapts
  std::vector<std::string> notes;  ///< a line for each setting without the effect it seems to have

  /// The stage after those done, with the settings' loss, optimizer, epochs and metrics; nothing
  /// when the run is over. A pure function of its argument.
  std::optional<StageSpec> next_stage(const std::vector<StageResult>& done) const;
};

/// Infers shapes, makes the decoders, lists the stages, and checks that losses and metrics suit
/// them, that the data set has as many samples as are asked for, and that the layers fit into the
/// memory. Mistakes go to `issues`, with the position of the key at fault in `tree`; the plan is
/// then incomplete. `issues` holds the mistakes that were made in reading these settings and no
/// others: parts that have one are passed over, the rest is checked.
Plan make_plan(const Experiment& experiment, const Node& tree, Issues& issues,
               const Host& host = {});

}  // namespace strata
