// Arrays saved by NumPy, described in the settings:
//
//     data:
//       dataset:
//         type: npy
//         train: {images: mine/train_x.npy, labels: mine/train_y.npy}
//         test: {images: mine/test_x.npy, labels: mine/test_y.npy}
//         classes: 4
//         shape: [3, 32, 32]
#include "strata/data/npy.hpp"

#include "strata/data/declared.hpp"
#include "strata/data/search.hpp"

namespace strata {
namespace {

class NpyDataset final : public Dataset {
 public:
  struct Params : DeclaredImages {
    SampleFiles train, test;

    static void declare(Declare<Params>& d) {
      d.doc(
          "Images and labels in .npy files: images uint8, {count, shape...}; labels integers, "
          "{count}.");
      d.example(
          "{type: npy, train: {images: a.npy, labels: b.npy}, "
          "test: {images: c.npy, labels: d.npy}, classes: 10, shape: [1, 28, 28]}");
      d.add("train", &Params::train, "the training set's files").required();
      d.add("test", &Params::test, "the test set's files").required();
      declare_images(d);
    }
  };

  explicit NpyDataset(const Params& params) : params_(params) {}
  DatasetInfo info() const override { return params_.info(); }

  LoadedData load(const DataContext& context) const override {
    LoadedData data;
    const auto read = [&](const SampleFiles& part) {
      return read_npy_samples(resolve_data_path(part.images, context.folders),
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

STRATA_REGISTER(Dataset, NpyDataset, "npy");

}  // namespace
}  // namespace strata
