// CUDA launchers of noise.hpp; compiled where LibTorch has CUDA.
#include <ATen/Dispatch.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <torch/library.h>

#include "strata/core/noise.hpp"
#include "strata/core/noise_kernel.hpp"

namespace strata {
namespace {

template <template <class> class Functor>
Tensor noise_cuda(const Tensor& samples, int64_t features, int64_t key0, int64_t key1,
                  int64_t epoch, int64_t step, at::ScalarType dtype) {
  const c10::cuda::CUDAGuard guard(samples.device());
  const NoiseCounter at{{static_cast<uint32_t>(key0), static_cast<uint32_t>(key1)},
                        static_cast<uint32_t>(epoch),
                        static_cast<uint32_t>(step),
                        samples.data_ptr<int64_t>(),
                        features};
  Tensor out = at::empty({samples.size(0), features}, samples.options().dtype(dtype));
  AT_DISPATCH_FLOATING_TYPES(dtype, "noise", [&] {
    C10_CUDA_CHECK(static_cast<cudaError_t>(
        launch_noise(Functor<scalar_t>{at}, out.data_ptr<scalar_t>(), out.numel(),
                     c10::cuda::getCurrentCUDAStream().stream())));
  });
  return out;
}

TORCH_LIBRARY_IMPL(strata, CUDA, m) {
  m.impl("uniform_noise", noise_cuda<UniformNoise>);
  m.impl("normal_noise", noise_cuda<NormalNoise>);
}

}  // namespace
}  // namespace strata
