#pragma once
#include <memory>
#include <optional>

#include "strata/core/layer.hpp"
#include "strata/core/mirror.hpp"

namespace strata {

/// What convolutions take.
struct ConvolutionParams {
  int64_t channels = 1;
  int64_t kernel = 3;
  int64_t stride = 1;
  int64_t padding = 0;
  bool bias = true;
  Slot<Initializer> weight_init{"fan_in_uniform"};
  Slot<Initializer> bias_init{"fan_in_uniform"};

  template <class D>
  static void declare_common(D& d) {
    d.add("channels", &ConvolutionParams::channels, "channels of the output").required().min(1);
    d.add("kernel", &ConvolutionParams::kernel, "height and width of the window").min(1);
    d.add("stride", &ConvolutionParams::stride, "pixels from one window to the next").min(1);
    d.add("padding", &ConvolutionParams::padding, "rows and columns of zeros around the image")
        .min(0);
    d.add("bias", &ConvolutionParams::bias, "adds a learned offset to each channel");
    d.add("weight_init", &ConvolutionParams::weight_init, "how the weights start");
    d.add("bias_init", &ConvolutionParams::bias_init, "how the offsets start");
  }
};

/// {channels, height, width} convolved (cross-correlated) with learned windows, or, transposed, the
/// map whose matrix is that of a convolution transposed (Dumoulin and Visin 2016). Sizes of the
/// output:
///   convolution: floor((size + 2 padding - kernel) / stride) + 1
///   transposed:  (size - 1) stride - 2 padding + kernel + output_padding
/// Each is the other's mirror, with the same weight where tied: {outputs, inputs, kernel, kernel}
/// of the one is {inputs, outputs, kernel, kernel} of the other.
class Convolution : public Layer, public NamedMirror {
 public:
  Convolution(ConvolutionParams params, bool transposed, int64_t output_padding = 0);

  const char* type() const override { return transposed_ ? "conv_transpose2d" : "conv2d"; }
  Role role() const override { return Role::transform; }
  Shape configure(const Shape& input, const LayerContext&) override;
  void build(ParameterFactory& factory) override;
  Tensor forward(const Tensor& x, const ForwardContext&) const override;
  std::shared_ptr<Layer> mirror(const MirrorContext& context) const override;

 private:
  int64_t output_size(int64_t size) const;

  ConvolutionParams params_;
  bool transposed_;
  std::vector<int64_t> output_padding_;  // of height and width; transposed only
  Shape input_, output_;
  const Convolution* tied_ = nullptr;  // whose weight this one uses
  Tensor weight_, bias_;               // bias_ stays undefined without one
};

/// Throws LayerError where a sample is no {channels, height, width}.
void expect_image(const Shape& input);

}  // namespace strata
