#pragma once
#include <cstdint>

namespace strata {

/// What the engine did: the same for the same stage on every machine, unlike a clock.
struct Counts {
  int64_t products = 0;
  int64_t passes = 0;       ///< over a batch, or over parameters
  int64_t regions = 0;      ///< parallel ones that were entered, those of products included
  int64_t allocations = 0;  ///< of buffers
};

}  // namespace strata
