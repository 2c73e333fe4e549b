#include "strata/core/metric.hpp"

namespace strata {
namespace {

class ReconstructionError final : public Metric {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc("Mean squared error over all elements between a stage's output and its target.");
    }
  };
  explicit ReconstructionError(const Params&) {}

  bool suits(Target target) const override { return target != Target::labels; }

  std::map<std::string, bool> figures() const override { return {{"reconstruction_error", false}}; }

  void start(int64_t, const at::TensorOptions& options) override {
    sum_ = at::zeros({}, options.dtype(at::kDouble));
    elements_ = 0;
  }

  void update(const Tensor& output, const Tensor& target) override {
    sum_ += at::mse_loss(output, target, at::Reduction::Sum);
    elements_ += target.numel();
  }

  std::map<std::string, Json> result() const override {
    return {{"reconstruction_error", sum_.item<double>() / static_cast<double>(elements_)}};
  }

 private:
  Tensor sum_;
  int64_t elements_ = 0;
};

STRATA_REGISTER(Metric, ReconstructionError, "reconstruction_error");

}  // namespace
}  // namespace strata
