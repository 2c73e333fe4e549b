#include "strata/core/convolution.hpp"

namespace strata {
namespace {

class Conv2d final : public Convolution {
 public:
  struct Params : ConvolutionParams {
    static void declare(Declare<Params>& d) {
      d.doc("A convolution of images. Its mirror is conv_transpose2d.");
      d.example("{type: conv2d, channels: 3, padding: 1}");
      declare_common(d);
    }
  };
  explicit Conv2d(const Params& params) : Convolution(params, false) {}
};

STRATA_REGISTER(Layer, Conv2d, "conv2d");

}  // namespace
}  // namespace strata
