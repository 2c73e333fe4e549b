#include "strata/core/penalty.hpp"

namespace strata {
namespace {

/// The sum over a code's elements of |a|, mean over the batch.
class L1 final : public Penalty {
 public:
  struct Params : PenaltyParams {
    static void declare(Declare<Params>& d) {
      d.doc("The sum of a code's absolute values, its mean over the batch.");
      d.known_as({"lasso", "L1ActivityRegularizer"});
      declare_common(d);
    }
  };
  explicit L1(const Params& params) : params_(params) {}

  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }
  Tensor forward(const PenaltyBatch& batch) const override {
    return batch.code.abs().sum().div(static_cast<double>(batch.code.size(0)));
  }

  PenaltyForm form() const override { return {PenaltyOp::l1}; }

 private:
  Params params_;
};

STRATA_REGISTER(Penalty, L1, "l1");

}  // namespace
}  // namespace strata
