#include <fmt/format.h>

#include "strata/core/default_params.hpp"
#include "strata/core/layer.hpp"
#include "strata/core/sides.hpp"

namespace strata {
namespace {

/// What convolutions take.
struct ConvolutionParams {
  int64_t channels = 1;
  Sides kernel = 3;
  Sides stride = 1;
  Sides padding = 0;
  bool bias = true;
  Slot<Initializer> weight_init{"fan_in_uniform"};
  Slot<Initializer> bias_init{"fan_in_uniform"};

  static void declare(Declare<ConvolutionParams>& d) { declare_common(d); }
  template <class D>
  static void declare_common(D& d) {
    d.add("channels", &ConvolutionParams::channels, "channels of the output")
        .known_as({"filters", "out_channels", "num_output"})
        .required()
        .min(1);
    d.add("kernel", &ConvolutionParams::kernel, "of the window: one number, or height and width")
        .known_as({"kernel_size", "filter_size"})
        .min(1);
    d.add("stride", &ConvolutionParams::stride,
          "pixels from one window to the next, down and across")
        .known_as({"strides"})
        .min(1);
    d.add("padding", &ConvolutionParams::padding, "rows and columns of zeros around the image")
        .known_as({"pad"})
        .min(0);
    d.add("bias", &ConvolutionParams::bias, "adds a learned offset to each channel")
        .known_as({"use_bias", "bias_term"});
    d.add("weight_init", &ConvolutionParams::weight_init, "how the weights start")
        .known_as({"kernel_initializer", "weight_filler"});
    d.add("bias_init", &ConvolutionParams::bias_init, "how the offsets start")
        .known_as({"bias_initializer", "bias_filler"});
  }
};

/// {channels, height, width} convolved (cross-correlated) with learned windows, or, transposed, the
/// map whose matrix is that of a convolution transposed (Dumoulin and Visin 2016). Sizes of the
/// output, of height and of width:
///   convolution: floor((size + 2 padding - kernel) / stride) + 1
///   transposed:  (size - 1) stride - 2 padding + kernel + output_padding
/// Each is the other's mirror, with the same weight where tied: {outputs, inputs, kernel} of the
/// one is {inputs, outputs, kernel} of the other. A mirror takes over all but the bias's
/// initializer: its bias stands for other quantities, and starts by default.
class Convolution : public Layer {
 public:
  Convolution(ConvolutionParams params, bool transposed, Sides output_padding = 0);

  Role role() const override { return Role::transform; }
  Shape configure(const Shape& input, const LayerContext&) override;
  void build(ParameterFactory& factory) override;
  Tensor forward(const Tensor& x, const ForwardContext&) const override;
  std::shared_ptr<Layer> mirror(const MirrorContext& context) const override;
  LayerForm form() const override;
  Json written_out() const override;

 private:
  Sides output_size(const Shape& image) const;

  ConvolutionParams params_;
  bool transposed_;
  Sides output_padding_;  // transposed only
  Shape input_, output_;
  const Convolution* tied_ = nullptr;  // whose weight this one uses
  Tensor weight_, bias_;               // bias_ stays undefined without one
};

Convolution::Convolution(ConvolutionParams params, bool transposed, Sides output_padding)
    : params_(std::move(params)), transposed_(transposed), output_padding_(output_padding) {}

Sides Convolution::output_size(const Shape& image) const {
  const auto size = [&](int64_t in, int64_t kernel, int64_t stride, int64_t padding, int64_t more) {
    if (transposed_) return (in - 1) * stride - 2 * padding + kernel + more;
    const int64_t room = in + 2 * padding - kernel;
    return room < 0 ? 0 : room / stride + 1;
  };
  const ConvolutionParams& p = params_;
  return {
      size(image[1], p.kernel.height, p.stride.height, p.padding.height, output_padding_.height),
      size(image[2], p.kernel.width, p.stride.width, p.padding.width, output_padding_.width)};
}

Shape Convolution::configure(const Shape& input, const LayerContext&) {
  expect_image(input);
  input_ = input;
  const Sides size = output_size(input);
  if (size.height < 1 || size.width < 1)
    throw LayerError(fmt::format("a kernel of {} with padding {} leaves nothing of an input of {}",
                                 params_.kernel.text(), params_.padding.text(), shape_text(input)));
  return output_ = {params_.channels, size.height, size.width};
}

void Convolution::build(ParameterFactory& factory) {
  const int64_t in = input_[0], out = params_.channels;
  const Sides &k = params_.kernel, &stride = params_.stride;
  // The windows that overlap at a pixel: the transposed one spreads inputs stride apart.
  const int64_t window = k.height * k.width;
  const int64_t covering = ((k.height + stride.height - 1) / stride.height) *
                           ((k.width + stride.width - 1) / stride.width);
  const int64_t fan_in = in * (transposed_ ? covering : window);
  const int64_t fan_out = out * (transposed_ ? window : covering);
  if (tied_ == nullptr)
    weight_ = factory.parameter(
        "weight",
        transposed_ ? Shape{in, out, k.height, k.width} : Shape{out, in, k.height, k.width},
        *make(params_.weight_init), fan_in, fan_out);
  if (params_.bias)
    bias_ = factory.parameter("bias", {out}, *make(params_.bias_init), fan_in, fan_out);
}

Tensor Convolution::forward(const Tensor& x, const ForwardContext&) const {
  const Tensor& weight = tied_ == nullptr ? weight_ : tied_->weight_;
  const auto stride = params_.stride.list(), padding = params_.padding.list();
  if (!transposed_) return at::conv2d(x, weight, bias_, stride, padding);
  return at::conv_transpose2d(x, weight, bias_, stride, padding, output_padding_.list());
}

LayerForm Convolution::form() const {
  LayerForm form{LayerOp::convolution, tied_ == nullptr ? weight_ : tied_->weight_, bias_,
                 transposed_};
  form.kernel = params_.kernel.list();
  form.stride = params_.stride.list();
  form.padding = params_.padding.list();
  form.output_padding = output_padding_.list();
  return form;
}

Json Convolution::written_out() const {
  Json json = dump_params(param_list<ConvolutionParams>(), &params_);
  json["type"] = transposed_ ? "conv_transpose2d" : "conv2d";
  if (transposed_) json["output_padding"] = Codec<Sides>::dump(output_padding_);
  return json;
}

std::shared_ptr<Layer> Convolution::mirror(const MirrorContext& context) const {
  ConvolutionParams params = params_;
  params.channels = input_[0];
  params.bias_init = default_params<ConvolutionParams>().bias_init;
  auto layer = std::make_shared<Convolution>(params, !transposed_);
  if (!transposed_) {  // what the strides left over at the edge
    const Sides made = layer->output_size(output_);
    layer->output_padding_ = {input_[1] - made.height, input_[2] - made.width};
  }
  if (context.tied) layer->tied_ = this;
  return layer;
}

class Conv2d final : public Convolution {
 public:
  struct Params : ConvolutionParams {
    static void declare(Declare<Params>& d) {
      d.doc("A convolution of images. Its mirror is conv_transpose2d.");
      d.known_as({"Convolution", "Convolution2D", "conv"});
      d.example("{type: conv2d, channels: 3, padding: 1}");
      declare_common(d);
    }
  };
  explicit Conv2d(const Params& params) : Convolution(params, false) {}
};

STRATA_REGISTER(Layer, Conv2d, "conv2d");

class ConvTranspose2d final : public Convolution {
 public:
  struct Params : ConvolutionParams {
    Sides output_padding = 0;
    static void declare(Declare<Params>& d) {
      d.doc("A transposed convolution, which enlarges images by its stride. Its mirror is conv2d.");
      d.known_as({"Conv2DTranspose", "Deconvolution", "deconv"});
      d.example("{type: conv_transpose2d, channels: 3, kernel: 2, stride: 2}");
      declare_common(d);
      d.add("output_padding", &Params::output_padding,
            "rows and columns added at the bottom and right, which choose among the sizes that a "
            "convolution with this stride makes equal")
          .min(0);
      d.check([](const Params& p, Check& check) {
        if (p.output_padding.height >= p.stride.height || p.output_padding.width >= p.stride.width)
          check.error("output_padding", "expected output_padding to be less than stride");
      });
    }
  };
  explicit ConvTranspose2d(const Params& params)
      : Convolution(params, true, params.output_padding) {}
};

STRATA_REGISTER(Layer, ConvTranspose2d, "conv_transpose2d");

}  // namespace
}  // namespace strata
