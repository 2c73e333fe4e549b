#pragma once
#include "strata/support/json.hpp"
#include "strata/train/stack.hpp"

namespace strata {

/// The record's `model`: every block's layers, with their shapes and parameters.
Json model_summary(const Stack& stack);

}  // namespace strata
