// Stripes that lie or stand, with noise: a data set with a parameter, to put your own in the place
// of.
#include "strata/data/dataset.hpp"

#include "strata/support/random.hpp"

namespace strata {
namespace {

constexpr int64_t kSide = 12;

class @Class@ final : public Dataset {
 public:
  struct Params {
    int64_t count = 1000;
    static void declare(Declare<Params>& d) {
      d.doc("Stripes that lie or stand, 12x12, with noise; made, not read.");
      d.add("count", &Params::count, "training images; a fifth as many for the test").min(10);
    }
  };
  explicit @Class@(const Params& params) : count_(params.count) {}

  DatasetInfo info() const override {
    return {{1, kSide, kSide}, 2, {"lying", "standing"}};
  }

  LoadedData load(const DataContext&) const override {
    LoadedData data;
    data.train = made(count_, "train");
    data.test = made(count_ / 5, "test");
    return data;
  }

 private:
  static Samples made(int64_t count, const std::string& part) {
    const RandomStream noise = random_stream(0, "@name@", part);
    Samples samples;
    samples.shape = {1, kSide, kSide};
    for (int64_t i = 0; i < count; ++i) {
      const auto label = static_cast<uint8_t>(i % 2);
      samples.labels.push_back(label);
      for (int64_t row = 0; row < kSide; ++row)
        for (int64_t column = 0; column < kSide; ++column) {
          const bool bright = (label == 0 ? row + i : column + i) / 2 % 2 == 0;
          const double u = noise.uniform(samples.pixels.size());
          samples.pixels.push_back(static_cast<uint8_t>((bright ? 155 : 0) + 100 * u));
        }
    }
    return samples;
  }

  int64_t count_;
};

STRATA_REGISTER(Dataset, @Class@, "@name@");

}  // namespace
}  // namespace strata
