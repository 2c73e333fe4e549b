// y = x sigmoid(beta x), element by element: an activation with a parameter, to put your own maths
// in the place of.
#include "strata/core/layer.hpp"

namespace strata {
namespace {

class @Class@ final : public Activation {
 public:
  struct Params {
    double beta = 1;
    static void declare(Declare<Params>& d) {
      d.doc("y = x sigmoid(beta x), element by element.");
      d.add("beta", &Params::beta, "steepness of the sigmoid").min(0);
    }
  };
  explicit @Class@(const Params& params) : beta_(params.beta) {}

  Tensor forward(const Tensor& x, const ForwardContext&) const override {
    return x * at::sigmoid(beta_ * x);
  }

 private:
  double beta_;
};

STRATA_REGISTER(Layer, @Class@, "@name@");

}  // namespace
}  // namespace strata
