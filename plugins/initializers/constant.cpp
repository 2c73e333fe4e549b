#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class ConstantFill final : public Initializer {
 public:
  struct Params {
    double value = 0;
    static void declare(Declare<Params>& d) {
      d.doc("All the same value.");
      d.known_as({"fill", "full"});
      d.example("{type: constant, value: 0.1}");
      d.add("value", &Params::value, "of every element").required();
    }
  };
  explicit ConstantFill(const Params& params) : value_(params.value) {}

  void fill(Tensor& out, const RandomStream&, int64_t, int64_t) const override {
    out.fill_(value_);
  }

 private:
  double value_;
};

STRATA_REGISTER(Initializer, ConstantFill, "constant");

}  // namespace
}  // namespace strata
