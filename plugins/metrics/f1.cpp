#include "strata/core/confusion.hpp"

namespace strata {
namespace {

class F1 final : public ClassFigure {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "The harmonic mean of precision and recall (van Rijsbergen 1979): by class, and the "
          "means "
          "over classes (macro) and over samples (micro, which is accuracy).");
      d.known_as({"F1Score", "f_measure", "dice"});
    }
  };
  explicit F1(const Params&) : ClassFigure("f1") {}

 protected:
  Json of(int64_t right, int64_t truth, int64_t called) const override {
    return fraction(2 * right, truth + called);
  }
};

STRATA_REGISTER(Metric, F1, "f1");

}  // namespace
}  // namespace strata
