#pragma once
#include <omp.h>

namespace strata {

/// While it lives, OpenMP's parallel parts run on so many threads, and OpenBLAS, where that is what
/// is loaded, on the one that calls it: it keeps a pool of its own, beside OpenMP's.
class EngineThreads {
 public:
  explicit EngineThreads(int threads);
  ~EngineThreads();
  EngineThreads(const EngineThreads&) = delete;
  EngineThreads& operator=(const EngineThreads&) = delete;

 private:
  int omp_, blas_;
};

}  // namespace strata
