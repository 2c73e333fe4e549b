#include <fmt/format.h>

#include "strata/core/layer.hpp"

namespace strata {
namespace {

/// Enlarges images to a given size, each pixel taking the nearest one's value.
class NearestResize final : public Layer {
 public:
  explicit NearestResize(Shape output) : output_(std::move(output)) {}
  Role role() const override { return Role::passthrough; }
  Shape configure(const Shape&, const LayerContext&) override { return output_; }
  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return at::upsample_nearest2d(x, {output_[1], output_[2]});
  }
  LayerForm form() const override { return {LayerOp::resize_nearest}; }
  Json written_out() const override {
    return {{"type", "upsample"}, {"height", output_[1]}, {"width", output_[2]}};
  }

 private:
  Shape output_;
};

/// What poolings take.
struct PoolingParams {
  int64_t size = 2;
  std::optional<int64_t> stride;

  static void declare(Declare<PoolingParams>& d) { declare_common(d); }
  template <class D>
  static void declare_common(D& d) {
    d.add("size", &PoolingParams::size, "height and width of the window")
        .known_as({"pool_size", "kernel_size", "kernel", "window"})
        .min(1);
    d.add("stride", &PoolingParams::stride, "pixels from one window to the next; default size")
        .known_as({"strides"})
        .min(1);
  }
};

/// One value of each window of an image, by channel: floor((size - window) / stride) + 1 of them.
class Pooling : public Layer {
 public:
  Pooling(const PoolingParams& params, LayerOp op)
      : size_(params.size), stride_(params.stride.value_or(params.size)), op_(op) {}

  Role role() const override { return Role::passthrough; }

  Shape configure(const Shape& input, const LayerContext&) override {
    expect_image(input);
    if (input[1] < size_ || input[2] < size_)
      throw LayerError(
          fmt::format("a window of {} does not fit an input of {}", size_, shape_text(input)));
    input_ = input;
    return {input[0], (input[1] - size_) / stride_ + 1, (input[2] - size_) / stride_ + 1};
  }

  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return op_ == LayerOp::max_pool ? at::max_pool2d(x, size_, stride_)
                                    : at::avg_pool2d(x, size_, stride_);
  }

  LayerForm form() const override {
    LayerForm form{op_};
    form.kernel = {size_, size_};
    form.stride = {stride_, stride_};
    return form;
  }

  std::shared_ptr<Layer> mirror(const MirrorContext&) const override {
    return std::make_shared<NearestResize>(input_);
  }

 private:
  int64_t size_, stride_;
  LayerOp op_;
  Shape input_;
};

class MaxPool2d final : public Pooling {
 public:
  struct Params : PoolingParams {
    static void declare(Declare<Params>& d) {
      d.doc(
          "The largest value of each window of an image, by channel. Its mirror enlarges the "
          "image, "
          "each pixel taking the nearest one's value.");
      d.known_as({"MaxPooling2D", "Pooling", "max_pool"});
      declare_common(d);
    }
  };
  explicit MaxPool2d(const Params& params) : Pooling(params, LayerOp::max_pool) {}
};

STRATA_REGISTER(Layer, MaxPool2d, "max_pool2d");

class AvgPool2d final : public Pooling {
 public:
  struct Params : PoolingParams {
    static void declare(Declare<Params>& d) {
      d.doc("The mean of each window of an image, by channel. Its mirror is that of max_pool2d.");
      d.known_as({"AveragePooling2D", "average_pool2d", "avg_pool"});
      declare_common(d);
    }
  };
  explicit AvgPool2d(const Params& params) : Pooling(params, LayerOp::mean_pool) {}
};

STRATA_REGISTER(Layer, AvgPool2d, "avg_pool2d");

}  // namespace
}  // namespace strata
