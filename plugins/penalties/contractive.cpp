#include "strata/core/noise.hpp"
#include "strata/core/penalty.hpp"

#include <torch/csrc/autograd/autograd.h>

namespace strata {
namespace {

/// The squared Frobenius norm of the code's Jacobian by the input, mean over the batch (Rifai et
/// al. 2011, equation 1). For any encoder: |v J|^2 has that norm for its mean where v is a vector
/// of random signs (Hutchinson 1990), and v J costs one backward pass, whatever the code's length.
/// Each sample of each step has a v of its own.
class Contractive final : public Penalty {
 public:
  struct Params : PenaltyParams {
    Params() { weight = 0.1; }
    static void declare(Declare<Params>& d) {
      d.doc(
          "Keeps the code from changing with the input: the squared norm of the code's slope, its "
          "mean over the batch, for any encoder (Rifai et al. 2011). Estimated along one random "
          "direction for each sample and step.");
      d.known_as({"contraction", "jacobian", "CAE"});
      declare_common(d);
    }
  };
  explicit Contractive(const Params& params) : params_(params) {}

  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }

  Tensor forward(const PenaltyBatch& batch) const override {
    const Tensor none = at::zeros({}, batch.code.options());
    if (!batch.code.requires_grad() || !batch.input.defined()) return none;
    ForwardContext place = batch.place;
    place.layer = "contractive";
    const Tensor u = uniform_noise(batch.code, noise_place(place, "signs", batch.code));
    const Tensor signs = (u < 0.5).to(batch.code.scalar_type()) * 2 - 1;
    const Tensor slope =
        torch::autograd::grad({(batch.code * signs).sum()}, {batch.input}, {}, true, true, true)[0];
    if (!slope.defined()) return none;
    return slope.square().sum() / static_cast<double>(batch.code.size(0));
  }

 private:
  Params params_;
};

STRATA_REGISTER(Penalty, Contractive, "contractive");

}  // namespace
}  // namespace strata
