#include <algorithm>

#include "strata/core/initializer.hpp"

namespace strata {
namespace {

/// Makes rows of `length` numbers, at most so many, orthonormal, each from what the ones before it
/// leave of it (modified Gram-Schmidt). Of normal numbers that gives every orthogonal matrix alike
/// (Mezzadri 2007).
void make_orthonormal(std::vector<std::vector<double>>& rows) {
  const auto product = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    const double size = std::sqrt(product(rows[i], rows[i]));
    for (double& value : rows[i]) value /= size;
    for (size_t j = i + 1; j < rows.size(); ++j) {
      const double share = product(rows[i], rows[j]);
      for (size_t k = 0; k < rows[j].size(); ++k) rows[j][k] -= share * rows[i][k];
    }
  }
}

/// Orthonormal rows, or columns where there are fewer of them, of the matrix {outputs, rest}, times
/// the gain (Saxe, McClelland and Ganguli 2014).
class Orthogonal final : public Initializer {
 public:
  struct Params {
    double gain = 1;
    static void declare(Declare<Params>& d) {
      d.doc(
          "A random orthogonal matrix: rows, or columns where there are fewer, of length 1 and at "
          "right angles (Saxe et al. 2014). A tensor of one dimension is drawn normal, with "
          "variance "
          "1 / fan_in.");
      d.add("gain", &Params::gain, "a factor").above(0);
    }
  };
  explicit Orthogonal(const Params& params) : params_(params) {}

  void fill(Tensor& out, const RandomStream& stream, int64_t fan_in, int64_t) const override {
    if (out.dim() < 2)
      return fill_scaled(out, stream, "normal",
                         params_.gain / std::sqrt(static_cast<double>(fan_in)));
    const auto height = static_cast<size_t>(out.size(0));
    const size_t width = static_cast<size_t>(out.numel()) / height;
    const size_t count = std::min(height, width), length = std::max(height, width);
    std::vector<std::vector<double>> rows(count, std::vector<double>(length));
    for (size_t i = 0; i < count; ++i)
      for (size_t k = 0; k < length; ++k) rows[i][k] = stream.normal(i * length + k);
    make_orthonormal(rows);
    fill_each(out, [&](uint64_t at) {
      const size_t row = at / width, column = at % width;
      return params_.gain * (height <= width ? rows[row][column] : rows[column][row]);
    });
  }

 private:
  Params params_;
};

STRATA_REGISTER(Initializer, Orthogonal, "orthogonal");

}  // namespace
}  // namespace strata
