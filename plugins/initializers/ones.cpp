#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class Ones final : public Initializer {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("All one."); }
  };
  explicit Ones(const Params&) {}

  void fill(Tensor& out, const RandomStream&, int64_t, int64_t) const override { out.fill_(1); }
};

STRATA_REGISTER(Initializer, Ones, "ones");

}  // namespace
}  // namespace strata
