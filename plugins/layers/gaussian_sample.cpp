#include <fmt/format.h>

#include "strata/core/layer.hpp"
#include "strata/core/noise.hpp"

namespace strata {
namespace {

/// The first half of its input is a mean m, the second a log-variance v. In training m + exp(v / 2)
/// n, n standard normal: the reparametrization of Kingma and Welling 2014, section 2.4. In
/// evaluation m.
class GaussianSample final : public Layer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Draws a code from the normal distributions whose means are the first half of its input "
          "and whose log-variances are the second; in evaluation the means (Kingma and Welling "
          "2014). A variational autoencoder ends its encoder in linear, with twice the code's "
          "units, "
          "and this; gaussian_kl is its penalty, and its decoder is written out.");
      d.known_as({"sampling", "reparameterize", "variational", "vae"});
    }
  };
  explicit GaussianSample(const Params&) {}

  Role role() const override { return Role::transform; }

  Shape configure(const Shape& input, const LayerContext&) override {
    half_ = element_count(input) / 2;
    if (element_count(input) % 2 != 0)
      throw LayerError(fmt::format("expected as many log-variances as means, got {} numbers",
                                   element_count(input)));
    return {half_};
  }

  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    const Tensor flat = x.flatten(1);
    const Tensor mean = flat.narrow(1, 0, half_), log_variance = flat.narrow(1, half_, half_);
    context.give("mean", mean);
    context.give("log_variance", log_variance);
    if (!context.training) return mean;
    const Tensor noise = normal_noise(mean, noise_place(context, "gaussian_sample", mean));
    return mean + (log_variance / 2).exp() * noise;
  }

  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    throw LayerError("gaussian_sample cannot be mirrored; write the decoder out under 'decoder'");
  }

 private:
  int64_t half_ = 0;
};

STRATA_REGISTER(Layer, GaussianSample, "gaussian_sample");

}  // namespace
}  // namespace strata
