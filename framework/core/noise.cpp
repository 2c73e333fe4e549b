#include "strata/core/noise.hpp"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "strata/core/layer.hpp"
#include "strata/core/noise_kernel.hpp"

namespace strata {
namespace {

template <template <class> class Functor>
Tensor noise_cpu(const Tensor& samples, int64_t features, int64_t key0, int64_t key1, int64_t epoch,
                 int64_t step, at::ScalarType dtype) {
  const NoiseCounter at{{static_cast<uint32_t>(key0), static_cast<uint32_t>(key1)},
                        static_cast<uint32_t>(epoch),
                        static_cast<uint32_t>(step),
                        samples.data_ptr<int64_t>(),
                        features};
  Tensor out = at::empty({samples.size(0), features}, samples.options().dtype(dtype));
  AT_DISPATCH_FLOATING_TYPES(dtype, "noise", [&] {
    const Functor<scalar_t> f{at};
    scalar_t* data = out.data_ptr<scalar_t>();
    at::parallel_for(0, out.numel(), 4096, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) data[i] = f(i);
    });
  });
  return out;
}

TORCH_LIBRARY_FRAGMENT(strata, m) {
  for (const char* name : {"uniform_noise", "normal_noise"})
    m.def((std::string(name) + "(Tensor samples, int features, int key0, int key1, int epoch, "
                               "int step, ScalarType dtype) -> Tensor")
              .c_str());
}

TORCH_LIBRARY_IMPL(strata, CPU, m) {
  m.impl("uniform_noise", noise_cpu<UniformNoise>);
  m.impl("normal_noise", noise_cpu<NormalNoise>);
}

using NoiseOperator = Tensor(const Tensor&, int64_t, int64_t, int64_t, int64_t, int64_t,
                             at::ScalarType);

Tensor call(const c10::TypedOperatorHandle<NoiseOperator>& op, const Tensor& x,
            const NoisePlace& place) {
  const int64_t features = x.size(0) == 0 ? 1 : x.numel() / x.size(0);
  return op
      .call(place.samples, features, place.stream.key0, place.stream.key1, place.epoch, place.step,
            x.scalar_type())
      .view(x.sizes());
}

c10::TypedOperatorHandle<NoiseOperator> find(const char* name) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<NoiseOperator>();
}

}  // namespace

NoisePlace noise_place(const ForwardContext& context, const std::string& purpose, const Tensor& x) {
  NoisePlace place;
  place.stream = random_stream(context.seed, purpose, context.layer, context.stage);
  place.epoch = context.epoch;
  place.samples = context.samples;
  if (!place.samples.defined()) {
    place.samples = at::arange(x.size(0), x.options().dtype(at::kLong));
    place.step = context.step;
  }
  return place;
}

Tensor uniform_noise(const Tensor& x, const NoisePlace& place) {
  static const auto op = find("strata::uniform_noise");
  return call(op, x, place);
}

Tensor normal_noise(const Tensor& x, const NoisePlace& place) {
  static const auto op = find("strata::normal_noise");
  return call(op, x, place);
}

}  // namespace strata
