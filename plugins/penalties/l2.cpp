#include "strata/core/penalty.hpp"

namespace strata {
namespace {

/// The sum over a code's elements of a^2, mean over the batch.
class L2 final : public Penalty {
 public:
  struct Params : PenaltyParams {
    static void declare(Declare<Params>& d) {
      d.doc(
          "The sum of a code's squares, its mean over the batch. Of parameters, see an optimizer's "
          "weight_decay.");
      d.known_as({"ridge", "L2ActivityRegularizer"});
      declare_common(d);
    }
  };
  explicit L2(const Params& params) : params_(params) {}

  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }
  Tensor forward(const PenaltyBatch& batch) const override {
    return batch.code.square().sum().div(static_cast<double>(batch.code.size(0)));
  }

 private:
  Params params_;
};

STRATA_REGISTER(Penalty, L2, "l2");

}  // namespace
}  // namespace strata
