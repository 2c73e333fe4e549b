#pragma once
// Checks what is asked against samples and memory that are there. Implemented in
// resource_check.cpp.
#include "strata/run/plan.hpp"

namespace strata {

/// Checks the sizes of `data` (train_size and the like) against those of the data set, where it can
/// tell them. Mistakes go to `issues`, at the keys in `tree`.
void check_sizes(const DataSettings& data, const DataContext& context, const Node& tree,
                 Issues& issues);

/// Refuses layers that no training fits into `memory` bytes: one whose parameters and their
/// gradients alone take more, or a stack whose parameters do. At the largest number written for the
/// layer at fault.
void check_memory(const Plan& plan, int64_t memory, const Node& tree, Issues& issues);

}  // namespace strata
