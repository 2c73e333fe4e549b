// Fashion-MNIST: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking
// machine learning algorithms", arXiv:1708.07747, 2017.
#include "strata/data/published.hpp"

namespace strata {
namespace {

PublishedSet fashion_mnist() {
  PublishedSet set;
  set.name = "fashion_mnist";
  set.folder = "fashion-mnist";
  set.info = {{1, 28, 28},
              10,
              {"T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker",
               "bag", "ankle boot"}};
  set.train_images = {"train-images-idx3-ubyte", 47040016,
                      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"};
  set.train_labels = {"train-labels-idx1-ubyte", 60008,
                      "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"};
  set.test_images = {"t10k-images-idx3-ubyte", 7840016,
                     "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"};
  set.test_labels = {"t10k-labels-idx1-ubyte", 10008,
                     "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"};
  // The second one has no https; the checksum decides what is kept.
  set.mirrors = {"https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
                 "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"};
  return set;
}

class FashionMnist final : public PublishedDataset {
 public:
  struct Params {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Articles of clothing, 28x28: 60,000 for training, 10,000 for the test. Debian's package "
          "dataset-fashion-mnist has it; `strata data fetch fashion_mnist` downloads it.");
      d.known_as({"FashionMNIST", "fashion"});
    }
  };
  explicit FashionMnist(const Params&) : PublishedDataset(fashion_mnist()) {}
};

STRATA_REGISTER(Dataset, FashionMnist, "fashion_mnist");

}  // namespace
}  // namespace strata
