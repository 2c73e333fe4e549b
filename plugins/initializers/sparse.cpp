#include <algorithm>

#include "strata/core/initializer.hpp"

namespace strata {
namespace {

/// Each output takes `inputs` of its inputs, chosen at random, with normal weights; the other
/// weights are 0 (Martens 2010, section 5). The stream's first epoch gives the weights, its second
/// chooses.
class SparseWeights final : public Initializer {
 public:
  struct Params {
    int64_t inputs = 15;
    double std = 1;
    static void declare(Declare<Params>& d) {
      d.doc(
          "A few normal weights into each output, all others 0 (Martens 2010). Of a tensor of one "
          "dimension, which has an input an output, all are drawn.");
      d.add("inputs", &Params::inputs, "weights of an output that are not 0")
          .known_as({"non_zero", "sparsity"})
          .min(1);
      d.add("std", &Params::std, "standard deviation").above(0);
    }
  };
  explicit SparseWeights(const Params& params) : params_(params) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t, int64_t) const override {
    const int64_t outputs = out.size(0), width = out.numel() / outputs;
    const int64_t taken = std::min(params_.inputs, width);
    out.zero_();
    double* weights = out.data_ptr<double>();
    std::vector<int64_t> places(static_cast<size_t>(width));
    for (int64_t row = 0; row < outputs; ++row) {
      for (int64_t k = 0; k < width; ++k) places[static_cast<size_t>(k)] = k;
      for (int64_t k = 0; k < taken; ++k) {  // a shuffle's first steps
        const auto number = static_cast<uint64_t>(row * width + k);
        const auto rest = static_cast<double>(width - k);
        const int64_t chosen =
            k + std::min(width - k - 1, static_cast<int64_t>(stream.uniform(number, 1) * rest));
        std::swap(places[static_cast<size_t>(k)], places[static_cast<size_t>(chosen)]);
        weights[row * width + places[static_cast<size_t>(k)]] = params_.std * stream.normal(number);
      }
    }
  }

 private:
  Params params_;
};

STRATA_REGISTER(Initializer, SparseWeights, "sparse");

}  // namespace
}  // namespace strata
