#pragma once
// Data sets that others publish: addresses and checksums. Implemented in published.cpp.
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"

namespace strata {

/// One file of a published set, in IDX format. Mirrors serve it as NAME.gz; it may be kept either
/// way.
struct PublishedFile {
  std::string name;    ///< "train-images-idx3-ubyte"
  uint64_t bytes = 0;  ///< of the decompressed content, header included
  std::string sha256;  ///< of the decompressed content: gzip's own bytes differ from copy to copy
};

/// What there is to know of a published set: enough to find, fetch, check and read it.
struct PublishedSet {
  std::string name;    ///< as registered: "fashion_mnist"
  std::string folder;  ///< below a search folder: "fashion-mnist"
  DatasetInfo info;
  PublishedFile train_images, train_labels, test_images, test_labels;
  std::vector<std::string> mirrors;  ///< URLs ending in '/': a file is at URL + NAME.gz

  std::vector<PublishedFile> files() const {
    return {train_images, train_labels, test_images, test_labels};
  }
};

/// A set's files as they lie in one folder.
struct FoundSet {
  std::string folder;                ///< SEARCH FOLDER/SET FOLDER
  std::string origin;                ///< of the search folder
  std::vector<std::string> paths;    ///< one a file, in the order of PublishedSet::files()
  std::vector<std::string> missing;  ///< names of the files that are not there
  bool complete() const { return missing.empty(); }
};

/// The folders of the search order that hold any file of the set.
std::vector<FoundSet> find_published(const PublishedSet& set,
                                     const std::vector<std::string>& given);

/// Checks one file's size and checksum; throws UserError naming the file and what differs.
void verify_published(const PublishedFile& file, const std::string& path);

/// A data set that is nothing but a published set. A plugin gives the description.
class PublishedDataset : public Dataset {
 public:
  explicit PublishedDataset(PublishedSet set) : set_(std::move(set)) {}
  DatasetInfo info() const override { return set_.info; }
  /// Known of a published set, wherever its files are.
  std::optional<PartSizes> sizes(const DataContext&) const override;
  /// Reads the set from the first folder that has all its files and checks their SHA-256.
  LoadedData load(const DataContext& context) const override;
  const PublishedSet* published() const override { return &set_; }

 private:
  PublishedSet set_;
};

}  // namespace strata
