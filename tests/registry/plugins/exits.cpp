#include <unistd.h>

#include "made.hpp"

namespace {
struct Exiting {
  Exiting() { ::_exit(7); }
} exiting;
}  // namespace

STRATA_REGISTER(strata::Dataset, Made, "exits");
