#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class Uniform final : public Initializer {
 public:
  struct Params {
    double bound = 0.05;
    static void declare(Declare<Params>& d) {
      d.doc("Uniform between -bound and bound.");
      d.known_as({"RandomUniform"});
      d.add("bound", &Params::bound, "the largest magnitude").above(0);
    }
  };
  explicit Uniform(const Params& params) : params_(params) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t, int64_t) const override {
    fill_each(out, [&](uint64_t i) { return params_.bound * (2 * stream.uniform(i) - 1); });
  }

 private:
  Params params_;
};

STRATA_REGISTER(Initializer, Uniform, "uniform");

}  // namespace
}  // namespace strata
