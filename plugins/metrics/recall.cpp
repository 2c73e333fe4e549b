#include "strata/core/confusion.hpp"

namespace strata {
namespace {

class Recall final : public ClassFigure {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Of the samples of a class, the fraction called so: by class, and the means over classes "
          "(macro) and over samples (micro, which is accuracy).");
      d.known_as({"true_positive_rate", "hit_rate"});
    }
  };
  explicit Recall(const Params&) : ClassFigure("recall") {}

 protected:
  Json of(int64_t right, int64_t truth, int64_t) const override { return fraction(right, truth); }
};

STRATA_REGISTER(Metric, Recall, "recall");

}  // namespace
}  // namespace strata
