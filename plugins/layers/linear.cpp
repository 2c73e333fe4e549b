#include "strata/core/default_params.hpp"
#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// y = x W^T + b, W {units, inputs}. An input of any shape is flattened; the mirror restores it. A
/// tied mirror computes y = x W + b with the W of the layer it undoes.
class Linear final : public Layer {
 public:
  struct Params {
    std::optional<int64_t> units;
    bool bias = true;
    Slot<Initializer> weight_init{"fan_in_uniform"};
    Slot<Initializer> bias_init{"fan_in_uniform"};

    static void declare(Declare<Params>& d) {
      d.doc("A fully connected layer: y = x W^T + b. It flattens its input.");
      d.known_as({"Dense", "InnerProduct", "fully_connected", "fc"});
      d.example("{type: linear, units: 5}");
      d.add("units", &Params::units, "outputs; in a classifier's head, the number of classes")
          .known_as({"out_features", "neurons", "num_output", "hidden_size", "hidden_units", "dim",
                     "size", "width"})
          .min(1);
      d.add("bias", &Params::bias, "adds a learned offset to each output")
          .known_as({"use_bias", "bias_term"});
      d.add("weight_init", &Params::weight_init, "how the weights start")
          .known_as({"kernel_initializer", "weight_filler", "initializer", "init"});
      d.add("bias_init", &Params::bias_init, "how the offsets start")
          .known_as({"bias_initializer", "bias_filler"});
    }
  };

  explicit Linear(const Params& params) : params_(params) {}

  Role role() const override { return Role::transform; }

  Shape configure(const Shape& input, const LayerContext& context) override {
    input_ = input;
    if (output_.empty()) {
      if (!params_.units && !context.classes)
        throw LayerError(
            "units is missing (only a classifier's last layer knows how many it needs)");
      output_ = {params_.units ? *params_.units : *context.classes};
    }
    return output_;
  }

  void build(ParameterFactory& factory) override {
    const int64_t in = element_count(input_), out = element_count(output_);
    if (tied_ == nullptr)
      weight_ = factory.parameter("weight", {out, in}, *make(params_.weight_init), in, out);
    if (params_.bias) bias_ = factory.parameter("bias", {out}, *make(params_.bias_init), in, out);
  }

  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    const Tensor y =
        at::linear(x.flatten(1), tied_ == nullptr ? weight_ : tied_->weight_.t(), bias_);
    return output_.size() == 1 ? y : y.view(batch_shape(x.size(0), output_));
  }

  LayerForm form() const override {
    return {LayerOp::affine, tied_ == nullptr ? weight_ : tied_->weight_, bias_, tied_ != nullptr};
  }

  Json written_out() const override {
    Json json = dump_params(param_list<Params>(), &params_);
    json["type"] = "linear";
    return json;
  }

  /// The bias, which stands for other quantities, starts as though nothing were said of it.
  std::shared_ptr<Layer> mirror(const MirrorContext& context) const override {
    Params params = params_;
    params.units = element_count(input_);
    params.bias_init = default_params<Params>().bias_init;
    auto layer = std::make_shared<Linear>(params);
    layer->output_ = input_;
    if (context.tied) layer->tied_ = this;
    return layer;
  }

 private:
  Params params_;
  Shape input_, output_;
  const Linear* tied_ = nullptr;  // whose weight this one transposes
  Tensor weight_, bias_;          // bias_ stays undefined without one
};

STRATA_REGISTER(Layer, Linear, "linear");

}  // namespace
}  // namespace strata
