#pragma once
// What a stage is made of, as far as the engine knows it: layers by their forms (core/form.hpp),
// loss, penalties and optimizer. Implemented in chain.cpp; docs/engine.md shows how to add a part.
#include <optional>
#include <string>
#include <vector>

#include "strata/core/stage.hpp"
#include "strata/fused/product.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// One product with what follows it: y = activation(x W^T + b), or x W + b where `transposed`.
struct Link {
  std::string layer;  ///< "encoder.0.0": the affine one
  int64_t in = 0, out = 0;
  Tensor weight, bias;  ///< undefined before the stack is built; bias also where there is none
  bool transposed = false;
  Pointwise activation = Pointwise::none;
};

struct Chain {
  std::vector<Link> links;
  size_t code = 0;               ///< how many of them make the code
  bool ends_normalized = false;  ///< in log_softmax
  LossOp loss = LossOp::opaque;
  std::vector<PenaltyForm> penalties;
  OptimizerForm optimizer;

  /// The first link whose weight is that of link k.
  size_t first_with_weight_of(size_t k) const;
  bool compares_labels() const { return loss == LossOp::nll || loss == LossOp::cross_entropy; }
};

/// The stage as a chain of links; or nothing, and in `why_not` the first part that the engine does
/// not know.
std::optional<Chain> recognise(const Stack& stack, const StageSpec& spec, std::string& why_not);

}  // namespace strata
