// Its constructor leaves a process behind, which holds what it inherited open and never ends.
#include <unistd.h>

#include "made.hpp"

namespace {
struct Leaving {
  Leaving() {
    if (::fork() == 0)
      while (true) ::pause();
  }
} leaving;
}  // namespace

STRATA_REGISTER(strata::Dataset, Made, "leaves_a_process");
