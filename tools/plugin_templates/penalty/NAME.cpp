// The mean square of a code's elements beyond a limit: a penalty with a parameter, to put your own
// in the place of.
#include "strata/core/penalty.hpp"

namespace strata {
namespace {

class @Class@ final : public Penalty {
 public:
  struct Params : PenaltyParams {
    double limit = 0.5;
    static void declare(Declare<Params>& d) {
      d.doc("The mean square of how far a code's elements exceed a limit.");
      declare_common(d);
      d.add("limit", &Params::limit, "what an element may be, of either sign, for nothing").min(0);
    }
  };
  explicit @Class@(const Params& params) : params_(params) {}

  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }
  Tensor forward(const PenaltyBatch& batch) const override {
    return at::relu(batch.code.abs() - params_.limit).square().mean();
  }

 private:
  Params params_;
};

STRATA_REGISTER(Penalty, @Class@, "@name@");

}  // namespace
}  // namespace strata
