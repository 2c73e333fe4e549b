#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class FanInUniform final : public Initializer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Uniform in +-1/sqrt(fan_in), weights and biases alike: PyTorch's default for "
          "nn.Linear.");
      d.known_as({"default", "torch_default", "pytorch"});
    }
  };
  explicit FanInUniform(const Params&) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t fan_in, int64_t) const override {
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    fill_each(out, [&](uint64_t i) { return bound * (2 * stream.uniform(i) - 1); });
  }
};

STRATA_REGISTER(Initializer, FanInUniform, "fan_in_uniform");

}  // namespace
}  // namespace strata
