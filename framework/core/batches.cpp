#include "strata/core/batches.hpp"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "strata/core/batches_kernel.hpp"

namespace strata {
namespace {

template <class T>
void gather_rows(const GatherImages<T>& f, T* out, int64_t rows) {
  const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, f.features));
  at::parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
    const int64_t features = f.features;
    for (int64_t row = begin; row < end; ++row) {
      const uint8_t* const image = f.image(row);
      T* const to = out + row * features;
#pragma omp simd
      for (int64_t k = 0; k < features; ++k) to[k] = GatherImages<T>::scaled(image[k]);
    }
  });
}

Tensor gather_cpu(const Tensor& bytes, const Tensor& index, at::ScalarType dtype) {
  Tensor out = at::empty({index.size(0), bytes.size(1)}, bytes.options().dtype(dtype));
  AT_DISPATCH_FLOATING_TYPES(dtype, "gather_images", [&] {
    gather_rows(
        GatherImages<scalar_t>{bytes.data_ptr<uint8_t>(), index.data_ptr<int64_t>(), bytes.size(1)},
        out.data_ptr<scalar_t>(), index.size(0));
  });
  return out;
}

Tensor order_keys_cpu(const Tensor& samples, int64_t key0, int64_t key1, int64_t epoch) {
  Tensor keys = at::empty_like(samples);
  const OrderKeys f{{static_cast<uint32_t>(key0), static_cast<uint32_t>(key1)},
                    static_cast<uint32_t>(epoch),
                    samples.data_ptr<int64_t>()};
  int64_t* out = keys.data_ptr<int64_t>();
  at::parallel_for(0, samples.numel(), 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) out[i] = f(i);
  });
  return keys;
}

TORCH_LIBRARY(strata, m) {
  m.def("gather_images(Tensor bytes, Tensor index, ScalarType dtype) -> Tensor");
  m.def("order_keys(Tensor samples, int key0, int key1, int epoch) -> Tensor");
}

TORCH_LIBRARY_IMPL(strata, CPU, m) {
  m.impl("gather_images", gather_cpu);
  m.impl("order_keys", order_keys_cpu);
}

}  // namespace

Tensor gather_images(const Tensor& bytes, const Tensor& index, const Shape& sample,
                     at::ScalarType dtype) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("strata::gather_images", "")
                             .typed<Tensor(const Tensor&, const Tensor&, at::ScalarType)>();
  return op.call(bytes, index, dtype).view(batch_shape(index.size(0), sample));
}

Tensor epoch_order(const Tensor& samples, const RandomStream& stream, uint32_t epoch) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("strata::order_keys", "")
                             .typed<Tensor(const Tensor&, int64_t, int64_t, int64_t)>();
  const Tensor keys = op.call(samples, stream.key0, stream.key1, epoch);
  return samples.index_select(0, std::get<1>(at::sort(keys, /*stable=*/true, 0, false)));
}

}  // namespace strata
