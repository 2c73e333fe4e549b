#include "strata/core/convolution.hpp"

namespace strata {
namespace {

class ConvTranspose2d final : public Convolution {
 public:
  struct Params : ConvolutionParams {
    int64_t output_padding = 0;
    static void declare(Declare<Params>& d) {
      d.doc("A transposed convolution, which enlarges images by its stride. Its mirror is conv2d.");
      d.example("{type: conv_transpose2d, channels: 3, kernel: 2, stride: 2}");
      declare_common(d);
      d.add("output_padding", &Params::output_padding,
            "rows and columns added at the bottom and right, which choose among the sizes that a "
            "convolution with this stride makes equal")
          .min(0);
      d.check([](const Params& p, Check& check) {
        if (p.output_padding >= p.stride)
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
