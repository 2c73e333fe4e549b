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

namespace strata {
namespace {

class IdxDataset final : public FileDataset {
 public:
  struct Params : DeclaredFiles {
    static void declare(Declare<Params>& d) {
      d.doc(
          "Images and labels in IDX files, MNIST's format: unsigned bytes, gzip or not. File names "
          "may leave out .gz.");
      d.example(
          "{type: idx, train: {images: a, labels: b}, test: {images: c, labels: d}, "
          "classes: 10, shape: [1, 28, 28]}");
      declare_files(d);
    }
  };
  explicit IdxDataset(const Params& params) : FileDataset(params, read_idx_samples, idx_count) {}
};

STRATA_REGISTER(Dataset, IdxDataset, "idx");

}  // namespace
}  // namespace strata
