#include "strata/core/initializer.hpp"

namespace strata {
namespace {

class Xavier final : public Initializer {
 public:
  struct Params {
    std::string distribution = "uniform";
    double gain = 1;
    static void declare(Declare<Params>& d) {
      d.doc("Variance 2 gain^2 / (fan_in + fan_out) (Glorot and Bengio 2010).");
      d.known_as({"glorot", "glorot_uniform", "glorot_normal", "xavier_uniform", "xavier_normal"});
      d.add("distribution", &Params::distribution, "shape of the draw")
          .choices({"uniform", "normal"});
      d.add("gain", &Params::gain, "factor on the standard deviation").above(0);
    }
  };
  explicit Xavier(const Params& params) : params_(params) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t fan_in,
            int64_t fan_out) const override {
    const double deviation = params_.gain * std::sqrt(2.0 / static_cast<double>(fan_in + fan_out));
    fill_scaled(out, stream, params_.distribution, deviation);
  }

 private:
  Params params_;
};

STRATA_REGISTER(Initializer, Xavier, "xavier");

}  // namespace
}  // namespace strata
