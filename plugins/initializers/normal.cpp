#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class Normal final : public Initializer {
 public:
  struct Params {
    double mean = 0;
    double std = 0.01;
    static void declare(Declare<Params>& d) {
      d.doc("Normal with the given mean and standard deviation.");
      d.known_as({"gaussian", "RandomNormal"});
      d.add("mean", &Params::mean, "mean");
      d.add("std", &Params::std, "standard deviation").above(0);
    }
  };
  explicit Normal(const Params& params) : params_(params) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t, int64_t) const override {
    fill_each(out, [&](uint64_t i) { return params_.mean + params_.std * stream.normal(i); });
  }

 private:
  Params params_;
};

STRATA_REGISTER(Initializer, Normal, "normal");

}  // namespace
}  // namespace strata
