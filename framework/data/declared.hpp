#pragma once
// What a data set says of itself before it is read. Implemented in declared.cpp.
#include <functional>
#include <string>
#include <vector>

#include "strata/data/dataset.hpp"
#include "strata/parameters/params.hpp"

namespace strata {

/// What the settings must say of a set that strata does not know, since `check` opens no file.
struct DeclaredImages {
  int64_t classes = 0;
  Shape shape;
  std::vector<std::string> class_names;

  DatasetInfo info() const { return {shape, classes, class_names}; }
};

/// What is wrong with the declaration, by key; nothing is called where all is well.
void check_declared(const DeclaredImages& images,
                    const std::function<void(const std::string& key, std::string message)>& error);

/// Declares the parameters of a params struct derived from DeclaredImages.
template <class P>
void declare_images(Declare<P>& d) {
  d.add("classes", &DeclaredImages::classes, "how many classes; labels are 0 to classes - 1")
      .required()
      .min(2)
      .max(256);
  d.add("shape", &DeclaredImages::shape,
        "of one sample: [channels, height, width], or [features]; 3 channels are red, green, blue")
      .required()
      .min(1)
      .max(65536);
  d.add("class_names", &DeclaredImages::class_names, "one a class, for tables");
  d.check([](const P& params, Check& check) {
    check_declared(params, [&check](const std::string& key, std::string message) {
      check.error(key, std::move(message));
    });
  });
}

/// The images and the labels of one part.
struct SampleFiles {
  std::string images;
  std::string labels;

  static void declare(Declare<SampleFiles>& d) {
    d.doc("The files of one part.");
    d.add("images", &SampleFiles::images,
          "file of images; looked for in the data folders and the working directory")
        .required();
    d.add("labels", &SampleFiles::labels, "file of labels").required();
  }
};

/// The settings of a set whose parts are two files each.
struct DeclaredFiles : DeclaredImages {
  SampleFiles train, test;
};

/// Declares the parameters of a params struct derived from DeclaredFiles.
template <class P>
void declare_files(Declare<P>& d) {
  d.add("train", &DeclaredFiles::train, "the training set's files").required();
  d.add("test", &DeclaredFiles::test, "the test set's files").required();
  declare_images(d);
}

/// A set of declared files in one format. A plugin gives the format's readers.
class FileDataset : public Dataset {
 public:
  /// read_idx_samples() and the like.
  using ReadSamples = Samples (*)(const std::string& images, const std::string& labels,
                                  const Shape& shape, int64_t classes,
                                  std::vector<DataFile>& files);

  /// idx_count() and the like: how many items a file's header declares.
  using CountItems = int64_t (*)(const std::string& path);

  FileDataset(DeclaredFiles declared, ReadSamples read, CountItems count)
      : declared_(std::move(declared)), read_(read), count_(count) {}
  DatasetInfo info() const override { return declared_.info(); }
  /// By the headers of the files of labels.
  std::optional<PartSizes> sizes(const DataContext& context) const override;
  LoadedData load(const DataContext& context) const override;

 private:
  DeclaredFiles declared_;
  ReadSamples read_;
  CountItems count_;
};

}  // namespace strata
