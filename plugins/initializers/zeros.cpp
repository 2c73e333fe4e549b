#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class Zeros final : public Initializer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("All zero.");
      d.known_as({"zero"});
    }
  };
  explicit Zeros(const Params&) {}

  void fill(Tensor& out, const RandomStream&, int64_t, int64_t) const override { out.zero_(); }
};

STRATA_REGISTER(Initializer, Zeros, "zeros");

}  // namespace
}  // namespace strata
