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

namespace strata {
namespace {

class NpyDataset final : public FileDataset {
 public:
  struct Params : DeclaredFiles {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Images and labels in .npy files: images uint8, {count, shape...}; labels integers, "
          "{count}.");
      d.known_as({"npz", "numpy"});
      d.example(
          "{type: npy, train: {images: a.npy, labels: b.npy}, "
          "test: {images: c.npy, labels: d.npy}, classes: 10, shape: [1, 28, 28]}");
      declare_files(d);
    }
  };
  explicit NpyDataset(const Params& params) : FileDataset(params, read_npy_samples, npy_count) {}
};

STRATA_REGISTER(Dataset, NpyDataset, "npy");

}  // namespace
}  // namespace strata
