#include "strata/fused/threads.hpp"

#include <dlfcn.h>

namespace strata {
namespace {

template <class F>
F blas_function(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_DEFAULT, name));
}

int blas_threads() {
  static const auto get = blas_function<int (*)()>("openblas_get_num_threads");
  return get == nullptr ? 1 : get();
}

void set_blas_threads(int threads) {
  static const auto set = blas_function<void (*)(int)>("openblas_set_num_threads");
  if (set != nullptr && blas_threads() != threads) set(threads);
}

}  // namespace

EngineThreads::EngineThreads(int threads) : omp_(omp_get_max_threads()), blas_(blas_threads()) {
  omp_set_num_threads(threads);
  set_blas_threads(1);
}

EngineThreads::~EngineThreads() {
  omp_set_num_threads(omp_);
  set_blas_threads(blas_);
}

}  // namespace strata
