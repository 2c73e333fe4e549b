#include "strata/core/convolution.hpp"

#include <fmt/format.h>

namespace strata {

void expect_image(const Shape& input) {
  if (input.size() != 3)
    throw LayerError(
        fmt::format("expected an input of channels x height x width, got {}", shape_text(input)));
}

Convolution::Convolution(ConvolutionParams params, bool transposed, int64_t output_padding)
    : params_(std::move(params)),
      transposed_(transposed),
      output_padding_{output_padding, output_padding} {}

int64_t Convolution::output_size(int64_t size) const {
  if (transposed_) return (size - 1) * params_.stride - 2 * params_.padding + params_.kernel;
  const int64_t room = size + 2 * params_.padding - params_.kernel;
  return room < 0 ? 0 : room / params_.stride + 1;
}

Shape Convolution::configure(const Shape& input, const LayerContext&) {
  expect_image(input);
  input_ = input;
  const int64_t height = output_size(input[1]) + (transposed_ ? output_padding_[0] : 0);
  const int64_t width = output_size(input[2]) + (transposed_ ? output_padding_[1] : 0);
  if (height < 1 || width < 1)
    throw LayerError(fmt::format("a kernel of {} with padding {} leaves nothing of an input of {}",
                                 params_.kernel, params_.padding, shape_text(input)));
  return output_ = {params_.channels, height, width};
}

void Convolution::build(ParameterFactory& factory) {
  const int64_t in = input_[0], out = params_.channels, k = params_.kernel;
  // The windows that overlap at a pixel: the transposed one spreads inputs stride apart.
  const int64_t covering = (k + params_.stride - 1) / params_.stride;
  const int64_t fan_in = in * (transposed_ ? covering * covering : k * k);
  const int64_t fan_out = out * (transposed_ ? k * k : covering * covering);
  if (tied_ == nullptr)
    weight_ = factory.parameter("weight", transposed_ ? Shape{in, out, k, k} : Shape{out, in, k, k},
                                *make(params_.weight_init), fan_in, fan_out);
  if (params_.bias)
    bias_ = factory.parameter("bias", {out}, *make(params_.bias_init), fan_in, fan_out);
}

Tensor Convolution::forward(const Tensor& x, const ForwardContext&) const {
  const Tensor& weight = tied_ == nullptr ? weight_ : tied_->weight_;
  if (!transposed_) return at::conv2d(x, weight, bias_, params_.stride, params_.padding);
  return at::conv_transpose2d(x, weight, bias_, params_.stride, params_.padding, output_padding_);
}

std::shared_ptr<Layer> Convolution::mirror(const MirrorContext& context) const {
  ConvolutionParams params = params_;
  params.channels = input_[0];
  auto layer = std::make_shared<Convolution>(params, !transposed_);
  for (size_t side : {0, 1})  // what the strides left over at the edge
    if (!transposed_)
      layer->output_padding_[side] = input_[side + 1] - layer->output_size(output_[side + 1]);
  if (context.tied) layer->tied_ = this;
  return layer;
}

}  // namespace strata
