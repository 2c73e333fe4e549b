#include "strata/core/batches_kernel.hpp"
#include "strata/core/each_element.cuh"

namespace strata {

int launch_gather_images(const GatherImages<float>& f, float* out, int64_t n, void* stream) {
  return launch_each_element(f, out, n, stream);
}

int launch_gather_images(const GatherImages<double>& f, double* out, int64_t n, void* stream) {
  return launch_each_element(f, out, n, stream);
}

int launch_order_keys(const OrderKeys& f, int64_t* keys, int64_t n, void* stream) {
  return launch_each_element(f, keys, n, stream);
}

}  // namespace strata
