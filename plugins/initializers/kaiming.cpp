#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class Kaiming final : public Initializer {
 public:
  struct Params {
    std::string distribution = "uniform";
    static void declare(Declare<Params>& d) {
      d.doc("Variance 2 / fan_in, for rectifiers (He et al. 2015).");
      d.known_as({"he", "he_uniform", "he_normal", "kaiming_uniform", "kaiming_normal", "msra"});
      d.add("distribution", &Params::distribution, "shape of the draw")
          .choices({"uniform", "normal"});
    }
  };
  explicit Kaiming(const Params& params) : params_(params) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t fan_in, int64_t) const override {
    fill_scaled(out, stream, params_.distribution, std::sqrt(2.0 / static_cast<double>(fan_in)));
  }

 private:
  Params params_;
};

STRATA_REGISTER(Initializer, Kaiming, "kaiming");

}  // namespace
}  // namespace strata
