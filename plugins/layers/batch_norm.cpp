#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// y = weight (x - mean) / sqrt(variance + eps) + bias, by feature, or by channel of an image
/// (Ioffe and Szegedy 2015, algorithm 1). In training, mean and variance are the batch's; in
/// evaluation the running ones, which move by `momentum` of the way at each step.
class BatchNorm final : public Layer {
 public:
  struct Params {
    double momentum = 0.1;
    double eps = 1e-5;
    Slot<Initializer> weight_init{"ones"};
    Slot<Initializer> bias_init{"zeros"};

    static void declare(Declare<Params>& d) {
      d.doc(
          "Gives each feature, or each channel of images, the batch's mean 0 and variance 1, then "
          "a "
          "learned scale and offset (Ioffe and Szegedy 2015). In evaluation by running statistics, "
          "which are saved with the parameters. Decoders have none of it.");
      d.known_as({"BatchNormalization", "BatchNorm1d", "BatchNorm2d", "bn"});
      d.add("momentum", &Params::momentum,
            "how far running statistics move towards each batch's; Keras's momentum is one minus "
            "this")
          .above(0)
          .max(1);
      d.add("eps", &Params::eps, "added to the variance").known_as({"epsilon"}).above(0);
      d.add("weight_init", &Params::weight_init, "how the scales start")
          .known_as({"gamma_initializer"});
      d.add("bias_init", &Params::bias_init, "how the offsets start")
          .known_as({"beta_initializer"});
    }
  };
  explicit BatchNorm(const Params& params) : params_(params) {}

  Role role() const override { return Role::transform; }

  Shape configure(const Shape& input, const LayerContext&) override {
    channels_ = input.size() == 1 || input.size() == 3 ? input[0] : element_count(input);
    return input;
  }

  void build(ParameterFactory& factory) override {
    const int64_t n = channels_;
    weight_ = factory.parameter("weight", {n}, *make(params_.weight_init), 1, 1);
    bias_ = factory.parameter("bias", {n}, *make(params_.bias_init), 1, 1);
    mean_ = factory.buffer("running_mean", {n}, 0);
    variance_ = factory.buffer("running_variance", {n}, 1);
  }

  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    // {batch, channels, values}; a lone value of a channel has no variance.
    const Tensor flat = x.reshape({x.size(0), channels_, -1});
    Tensor mean = mean_, variance = variance_;
    if (context.training) {
      mean = flat.mean(at::IntArrayRef({0, 2}));
      variance = (flat - mean.view({1, -1, 1})).square().mean(at::IntArrayRef({0, 2}));
      if (context.update_buffers) follow(mean.detach(), variance.detach(), flat);
    }
    const Tensor scale = weight_ * (variance + params_.eps).rsqrt();
    const Tensor y = (flat - mean.view({1, -1, 1})) * scale.view({1, -1, 1});
    return (y + bias_.view({1, -1, 1})).view(x.sizes());
  }

  std::shared_ptr<Layer> mirror(const MirrorContext&) const override { return nullptr; }

 private:
  /// The running variance follows the unbiased estimate, of n values n / (n - 1) times their own.
  void follow(const Tensor& mean, const Tensor& variance, const Tensor& flat) const {
    const auto n = static_cast<double>(flat.size(0) * flat.size(2));
    Tensor running_mean = mean_, running_variance = variance_;
    running_mean.mul_(1 - params_.momentum).add_(mean, params_.momentum);
    running_variance.mul_(1 - params_.momentum)
        .add_(variance, params_.momentum * (n > 1 ? n / (n - 1) : 1));
  }

  Params params_;
  int64_t channels_ = 0;
  Tensor weight_, bias_, mean_, variance_;
};

STRATA_REGISTER(Layer, BatchNorm, "batch_norm");

}  // namespace
}  // namespace strata
