#pragma once
#include <array>
#include <chrono>

// How many cores of the machine nobody else computes on. What is done with it must change no
// result. Implemented in free_cores.cpp.

namespace strata {

/// Looked at once, when first asked, over some milliseconds: at least 1.
int free_cores();

/// The same while a process goes on: others begin and end. Looks twice a second at most, and takes
/// the middle of its last looks, since short tasks come and go.
class FreeCores {
 public:
  int now();

 private:
  using Clock = std::chrono::steady_clock;
  std::array<int, 3> looks_{free_cores(), free_cores(), free_cores()};
  size_t next_ = 0;
  Clock::time_point last_ = Clock::now();
};

/// Of so many tasks that run on the machine, `own` of them of this process, how many cores are left
/// to it: at least 1.
int cores_left(int cores, int running, int own);

}  // namespace strata
