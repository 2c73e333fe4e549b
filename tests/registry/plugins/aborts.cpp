#include <cstdlib>

#include "made.hpp"

namespace {
struct Aborting {
  Aborting() { std::abort(); }
} aborting;
}  // namespace

STRATA_REGISTER(strata::Dataset, Made, "aborts");
