#include "strata/core/penalty.hpp"
#include "strata/support/errors.hpp"

namespace strata {
namespace {

/// The divergence of the code's distribution, normal with the mean m and log-variance v that a
/// layer gives, from the standard normal one: the sum over the code of (m^2 + exp(v) - 1 - v) / 2,
/// mean over the batch (Kingma and Welling 2014, appendix B).
class GaussianKl final : public Penalty {
 public:
  struct Params : PenaltyParams {
    static void declare(Declare<Params>& d) {
      d.doc(
          "A variational autoencoder's penalty: keeps a sampled code near the standard normal "
          "distribution (Kingma and Welling 2014). The encoder holds gaussian_sample. Beside bce, "
          "which is a mean over the elements of a sample, a weight of 1 / elements gives the "
          "evidence lower bound.");
      d.known_as({"vae", "variational", "elbo", "beta_vae"});
      declare_common(d);
    }
  };
  explicit GaussianKl(const Params& params) : params_(params) {}

  const PenaltyParams& common() const override { return params_; }
  std::optional<std::string> objection(const Range&) const override { return std::nullopt; }
  std::vector<std::string> needs() const override { return {"mean", "log_variance"}; }

  Tensor forward(const PenaltyBatch& batch) const override {
    const std::vector<Tensor> means = batch.given("mean"), variances = batch.given("log_variance");
    if (means.empty() || means.size() != variances.size())
      throw RunError(
          "gaussian_kl needs a layer that gives its code's mean and log_variance: "
          "gaussian_sample");
    Tensor sum = at::zeros({}, batch.code.options());
    for (size_t i = 0; i < means.size(); ++i)
      sum = sum + (means[i].square() + variances[i].exp() - 1 - variances[i]).sum();
    return sum / (2 * static_cast<double>(batch.code.size(0)));
  }

 private:
  Params params_;
};

STRATA_REGISTER(Penalty, GaussianKl, "gaussian_kl");

}  // namespace
}  // namespace strata
