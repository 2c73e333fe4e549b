// Values worked out by hand. `strata plugin check` tests all else: shapes, gradients, precision.
#include <cmath>
#include <cstdio>

#include "strata/contract/example.hpp"
#include "strata/core/layer.hpp"

int main() {
  const auto layer = strata::component<strata::Layer>("{type: @name@, beta: 2}");
  const at::Tensor x = at::tensor({0.0, 1.0, -1.0}, at::kDouble);
  const at::Tensor y = layer->forward(x, {});
  const double expected[] = {0, 1 / (1 + std::exp(-2.0)), -1 / (1 + std::exp(2.0))};
  for (int i = 0; i < 3; ++i) {
    const double got = y[i].item<double>();
    std::printf("x = %g: expected %.9f, got %.9f\n", x[i].item<double>(), expected[i], got);
    if (!(std::fabs(got - expected[i]) < 1e-12)) return 1;
  }
  return 0;
}
