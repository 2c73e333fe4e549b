// CUDA launchers of batches.hpp; compiled where LibTorch has CUDA.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "strata/core/batches.hpp"
#include "strata/core/batches_kernel.hpp"

namespace strata {
namespace {

void check_launch(int code) {
  C10_CUDA_CHECK(static_cast<cudaError_t>(code));
}

Tensor gather_cuda(const Tensor& bytes, const Tensor& index, at::ScalarType dtype) {
  const c10::cuda::CUDAGuard guard(bytes.device());
  Tensor out = at::empty({index.size(0), bytes.size(1)}, bytes.options().dtype(dtype));
  AT_DISPATCH_FLOATING_TYPES(dtype, "gather_images", [&] {
    check_launch(launch_gather_images(
        GatherImages<scalar_t>{bytes.data_ptr<uint8_t>(), index.data_ptr<int64_t>(), bytes.size(1)},
        out.data_ptr<scalar_t>(), out.numel(), c10::cuda::getCurrentCUDAStream().stream()));
  });
  return out;
}

Tensor order_keys_cuda(const Tensor& samples, int64_t key0, int64_t key1, int64_t epoch) {
  const c10::cuda::CUDAGuard guard(samples.device());
  Tensor keys = at::empty_like(samples);
  const OrderKeys f{{static_cast<uint32_t>(key0), static_cast<uint32_t>(key1)},
                    static_cast<uint32_t>(epoch),
                    samples.data_ptr<int64_t>()};
  check_launch(launch_order_keys(f, keys.data_ptr<int64_t>(), keys.numel(),
                                 c10::cuda::getCurrentCUDAStream().stream()));
  return keys;
}

TORCH_LIBRARY_IMPL(strata, CUDA, m) {
  m.impl("gather_images", gather_cuda);
  m.impl("order_keys", order_keys_cuda);
}

}  // namespace
}  // namespace strata
