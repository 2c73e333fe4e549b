#pragma once
#include <string>

#include "data/files.hpp"
#include "strata/data/published.hpp"
#include "strata/support/random.hpp"
#include "strata/support/sha256.hpp"

namespace strata::test {

/// A published set of a quarter of a megabyte that does not compress, so that a fetch takes many
/// pieces.
struct SmallSet {
  PublishedSet set;
  std::vector<std::string> contents;  ///< as PublishedSet::files(), decompressed

  SmallSet() {
    std::string noise(300 * 784, '\0'), labels(300, '\0');
    for (size_t i = 0; i < noise.size(); ++i) {
      noise[i] = static_cast<char>(RandomStream{1, 2}.words(i).w[0]);
    }
    for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<char>(i % 2);
    contents = {idx({300, 28, 28}, noise), idx({300}, labels),
                idx({2, 28, 28}, noise.substr(0, 2 * 784)), idx({2}, std::string("\1\0", 2))};
    set.name = "small";
    set.folder = "small";
    set.info = {{1, 28, 28}, 2, {}};
    const char* const names[] = {"train-x", "train-y", "test-x", "test-y"};
    PublishedFile* const files[] = {&set.train_images, &set.train_labels, &set.test_images,
                                    &set.test_labels};
    for (size_t i = 0; i < 4; ++i) {
      *files[i] = {names[i], contents[i].size(), sha256_hex(contents[i])};
    }
  }

  std::string packed(size_t file) const { return gzip(contents[file]); }

  /// Writes FOLDER/small/NAME.gz, each.
  void write_to(const TemporaryFolder& folder) const {
    const std::vector<PublishedFile> files = set.files();
    for (size_t i = 0; i < files.size(); ++i) {
      folder.write("small/" + files[i].name + ".gz", packed(i));
    }
  }
};

}  // namespace strata::test
