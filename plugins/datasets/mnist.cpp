// MNIST: LeCun, Cortes, Burges, "The MNIST database of handwritten digits"; LeCun, Bottou, Bengio,
// Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE 86(11), 1998.
#include "strata/data/published.hpp"

namespace strata {
namespace {

PublishedSet mnist() {
  PublishedSet set;
  set.name = "mnist";
  set.folder = "mnist";
  set.info = {{1, 28, 28}, 10, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}};
  set.train_images = {"train-images-idx3-ubyte", 47040016,
                      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"};
  set.train_labels = {"train-labels-idx1-ubyte", 60008,
                      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"};
  set.test_images = {"t10k-images-idx3-ubyte", 7840016,
                     "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"};
  set.test_labels = {"t10k-labels-idx1-ubyte", 10008,
                     "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"};
  set.mirrors = {"https://ossci-datasets.s3.amazonaws.com/mnist/",
                 "https://storage.googleapis.com/cvdf-datasets/mnist/"};
  return set;
}

class Mnist final : public PublishedDataset {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Handwritten digits, 28x28: 60,000 for training, 10,000 for the test. "
          "`strata data fetch mnist` downloads it.");
    }
  };
  explicit Mnist(const Params&) : PublishedDataset(mnist()) {}
};

STRATA_REGISTER(Dataset, Mnist, "mnist");

}  // namespace
}  // namespace strata
