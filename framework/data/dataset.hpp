#pragma once
// The family `dataset`: samples as bytes in memory. Implemented in dataset.cpp.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "strata/registry/registry.hpp"

namespace strata {

/// The sizes of one sample, without the batch: {channels, height, width}, or {features}.
using Shape = std::vector<int64_t>;
int64_t element_count(const Shape& shape);
std::string shape_text(const Shape& shape);  ///< "1x28x28"

/// What a data set promises before any file is opened: `check` and `show` need no more.
struct DatasetInfo {
  Shape sample_shape;                    ///< {channels, height, width}
  int64_t classes = 0;                   ///< labels are 0 ... classes - 1
  std::vector<std::string> class_names;  ///< one a class, or empty
  // Pixels are bytes; a batch holds byte / 255, so values lie in [0, 1].
};

/// One part (training or test) of a data set, in memory. Torch-free; the trainer wraps the bytes.
struct Samples {
  Shape shape;                  ///< of one sample
  std::vector<uint8_t> pixels;  ///< count * element_count(shape) bytes, sample after sample
  std::vector<uint8_t> labels;  ///< count bytes
  /// In place of pixels and labels where samples or targets are no bytes. Declared, so that the
  /// interface need not change for them; nothing trains on them yet, and load() is told so.
  std::vector<float> values{}, targets{};
  int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

/// Where a part came from, for the record.
struct DataFile {
  std::string name;  ///< "train-images-idx3-ubyte"
  std::string path;  ///< where it was found; empty for data that is made
  std::string
      sha256;  ///< of the decompressed content; of pixels, then labels, for a folder of images
};

struct LoadedData {
  Samples train, test;
  std::vector<DataFile> files;
};

/// How many samples the parts of a data set have.
struct PartSizes {
  int64_t train = 0;
  int64_t test = 0;
};

/// Where to look for files, and what the data set may depend on besides its parameters.
struct DataContext {
  std::vector<std::string>
      folders;        ///< from --data, in order; the rest of the search order follows
  uint64_t seed = 0;  ///< the run's seed; data that is made must not depend on it, only its own
};

/// How what was loaded breaks what info() promised ("the training set has label 9, and there are 2
/// classes"), or "" where it does not.
std::string loading_mistake(const LoadedData& data, const DatasetInfo& info);

struct PublishedSet;

/// A data set: a source of labelled images. Built from its parameters without touching a file.
class Dataset {
 public:
  static constexpr const char* family = "dataset";
  virtual ~Dataset() = default;

  /// Called at any time, without data.
  virtual DatasetInfo info() const = 0;

  /// The sizes of the parts that load() gives, where they can be told without reading the samples:
  /// from the parameters, or from the files' headers. Nothing where not, or where the files are not
  /// here; throws nothing. `check` holds train_size and the like to them.
  virtual std::optional<PartSizes> sizes(const DataContext&) const { return std::nullopt; }

  /// Called once a run. Throws UserError naming the file, the offset where one applies, what is
  /// wrong, and what to do.
  virtual LoadedData load(const DataContext& context) const = 0;

  /// What `strata data` needs to list, verify and fetch the set; null for sets that are not
  /// published.
  virtual const PublishedSet* published() const { return nullptr; }
};

}  // namespace strata
