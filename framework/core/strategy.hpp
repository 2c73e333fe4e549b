#pragma once
// The family `strategy`. Implemented in strategy.cpp; contract in contract/strategy.cpp.
#include <optional>
#include <vector>

#include "strata/core/stage.hpp"

namespace strata {

/// The stack, as far as a strategy needs to know it.
struct StackDescription {
  size_t pairs = 0;                ///< encoder/decoder pairs, outermost first
  std::vector<Shape> code_shapes;  ///< the output of encoder k
};

/// A plan that goes on after so many stages is taken to have no end.
inline constexpr size_t most_stages = 1000;

/// In which stages a stack of autoencoders is pretrained.
class Strategy {
 public:
  static constexpr const char* family = "strategy";
  virtual ~Strategy() = default;

  /// The next stage (name, target, prefix, blocks, trains), or nothing when pretraining is over. A
  /// pure function: of the stack, and of the results so far. While stages are only planned, results
  /// are not `measured`; a strategy that adapts to them then answers as if every stage were needed
  /// (its upper bound).
  virtual std::optional<StageSpec> next(const StackDescription& stack,
                                        const std::vector<StageResult>& done) const = 0;
};

/// What is wrong with a stage for a stack of so many pairs ("stage 'pretrain-1' trains nothing"),
/// or "" where it can be trained.
std::string stage_mistake(const StageSpec& stage, size_t pairs);

}  // namespace strata
