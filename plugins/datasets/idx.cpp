// Any set in MNIST's format (EMNIST, KMNIST, one's own), described in the settings:
//
//     data:
//       dataset:
//         type: idx
//         train: {images: kmnist/train-images-idx3-ubyte, labels: kmnist/train-labels-idx1-ubyte}
//         test: {images: kmnist/t10k-images-idx3-ubyte, labels: kmnist/t10k-labels-idx1-ubyte}
//         classes: 10
//         shape: [1, 28, 28]
#include "strata/data/idx.hpp"

#include "strata/data/declared.hpp"
#include "strata/data/search.hpp"

namespace strata {
namespace {

class IdxDataset final : public Dataset {
 public:
  struct Params : DeclaredImages {
    SampleFiles train, test;

    static void declare(Declare<Params>& d) {
      d.doc(
          "Images and labels in IDX files, MNIST's format: unsigned bytes, gzip or not. File names "
          "may leave out .gz.");
      d.example(
          "{type: idx, train: {images: a, labels: b}, test: {images: c, labels: d}, "
          "classes: 10, shape: [1, 28, 28]}");
      d.add("train", &Params::train, "the training set's files").required();
      d.add("test", &Params::test, "the test set's files").required();
      declare_images(d);
    }
  };

  explicit IdxDataset(const Params& params) : params_(params) {}
  DatasetInfo info() const override { return params_.info(); }

  LoadedData load(const DataContext& context) const override {
    LoadedData data;
    const auto read = [&](const SampleFiles& part) {
      return read_idx_samples(resolve_data_path(part.images, context.folders),
                              resolve_data_path(part.labels, context.folders), params_.shape,
                              params_.classes, data.files);
    };
    data.train = read(params_.train);
    data.test = read(params_.test);
    return data;
  }

 private:
  Params params_;
};

STRATA_REGISTER(Dataset, IdxDataset, "idx");

}  // namespace
}  // namespace strata
