#include "strata/core/confusion.hpp"

namespace strata {
namespace {

class Precision final : public ClassFigure {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Of the samples called a class, the fraction that are of it: by class, and the means "
          "over "
          "classes (macro) and over samples (micro, which is accuracy).");
      d.known_as({"positive_predictive_value", "ppv"});
    }
  };
  explicit Precision(const Params&) : ClassFigure("precision") {}

 protected:
  Json of(int64_t right, int64_t, int64_t called) const override { return fraction(right, called); }
};

STRATA_REGISTER(Metric, Precision, "precision");

}  // namespace
}  // namespace strata
