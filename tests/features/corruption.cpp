#include "strata/core/corruption.hpp"

#include "testing.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

NoisePlace place_of(int64_t first, int64_t count, at::TensorOptions options, uint32_t epoch = 1) {
  NoisePlace place;
  place.stream = random_stream(7, "corruption", "input", "pretrain-1");
  place.samples = at::arange(first, first + count, options.dtype(at::kLong));
  place.epoch = epoch;
  return place;
}

double share(const Tensor& where) {
  return where.to(at::kDouble).mean().item<double>();
}

}  // namespace

TEST_CASE("noise is the stream's numbers, by sample and element") {
  on_each([](const at::TensorOptions& options) {
    const double eps = options.dtype() == at::kDouble ? 0 : 1e-7;  // of the uniform numbers
    const double normal_eps = options.dtype() == at::kDouble ? 1e-14 : 1e-6;  // log and cos
    NoisePlace place = place_of(0, 3, options);
    place.samples = at::tensor({9, 2, 5}, at::kLong).to(options.device());
    place.step = 4;
    const Tensor x = at::zeros({3, 2, 2}, options);
    const Tensor u = uniform_noise(x, place).cpu(), n = normal_noise(x, place).cpu();
    const std::vector<uint64_t> samples{9, 2, 5};
    for (int64_t row = 0; row < 3; ++row)
      for (int64_t c = 0; c < 4; ++c) {
        const uint64_t element = samples[static_cast<size_t>(row)] * 4 + static_cast<uint64_t>(c);
        CHECK(std::abs(u[row].view(-1)[c].item<double>() - place.stream.uniform(element, 1, 4)) <=
              eps);
        CHECK(std::abs(n[row].view(-1)[c].item<double>() - place.stream.normal(element, 1, 4)) <=
              normal_eps);
      }
    CHECK(!u.requires_grad());
  });
}

// 40,000 elements: four standard deviations of a share of 0.3 are 0.0092.
TEST_CASE("masking loses its share of the elements and leaves the others as they are") {
  on_each([](const at::TensorOptions& options) {
    const Tensor x = at::rand({100, 1, 20, 20}, options).add_(0.5);
    const Tensor y =
        component<Corruption>("{type: masking, rate: 0.3}")->apply(x, place_of(0, 100, options));
    CHECK(std::abs(share(y == 0) - 0.3) < 0.0092);
    CHECK(at::equal(y, at::where(y == 0, y, x)));
    CHECK(at::equal(
        component<Corruption>("{type: masking, rate: 0}")->apply(x, place_of(0, 100, options)), x));
    CHECK(share(component<Corruption>("{type: masking, rate: 1}")
                    ->apply(x, place_of(0, 100, options)) == 0) == 1);
  });
}

TEST_CASE("gaussian noise has zero mean and the given deviation") {
  on_each([](const at::TensorOptions& options) {
    const Tensor x = at::full({100, 400}, 0.25, options);
    const Tensor noise =
        component<Corruption>("{type: gaussian, std: 0.2}")->apply(x, place_of(0, 100, options)) -
        x;
    CHECK(std::abs(noise.mean().item<double>()) < 4 * 0.2 / 200);
    CHECK(noise.std().item<double>() == doctest::Approx(0.2).epsilon(0.015));
    CHECK(share(noise.abs() < 0.2) == doctest::Approx(0.6827).epsilon(0.015));
  });
}

TEST_CASE("salt and pepper come equally often") {
  on_each([](const at::TensorOptions& options) {
    const Tensor x = at::full({100, 400}, 0.25, options);
    const Tensor y = component<Corruption>("{type: salt_and_pepper, rate: 0.4, low: -1, high: 2}")
                         ->apply(x, place_of(0, 100, options));
    CHECK(std::abs(share(y == -1) - 0.2) < 0.008);
    CHECK(std::abs(share(y == 2) - 0.2) < 0.008);
    CHECK(share(y == -1) + share(y == 2) + share(y == 0.25) == doctest::Approx(1));
  });
}

TEST_CASE("a sample is spoilt alike in whatever batch it comes, and anew each epoch") {
  on_each([](const at::TensorOptions& options) {
    const Tensor x = at::rand({12, 30}, options);
    for (const char* name : {"masking", "gaussian", "salt_and_pepper"}) {
      CAPTURE(name);
      const auto corruption = component<Corruption>(name);
      const Tensor whole = corruption->apply(x, place_of(0, 12, options));
      const Tensor parts = at::cat({corruption->apply(x.narrow(0, 0, 5), place_of(0, 5, options)),
                                    corruption->apply(x.narrow(0, 5, 7), place_of(5, 7, options))});
      CHECK(at::equal(whole, parts));
      CHECK(!at::equal(whole, corruption->apply(x, place_of(0, 12, options, 2))));
    }
  });
}
