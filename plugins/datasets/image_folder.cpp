// PNG images, one folder a class (train/cat/1.png ...), described in the settings:
//
//     data:
//       dataset:
//         type: image_folder
//         train: pets/train
//         test: pets/test
//         classes: 2
//         shape: [3, 32, 32]
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "strata/data/byte_source.hpp"
#include "strata/data/declared.hpp"
#include "strata/data/png_reader.hpp"
#include "strata/data/search.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

// The names in a folder, sorted by their bytes; those that begin with a dot are left out.
std::vector<std::string> names_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : list_folder(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name[0] != '.') names.push_back(name);
  }
  if (error) throw data_error(folder, error.message());
  std::sort(names.begin(), names.end());
  return names;
}

std::string list_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

class ImageFolder final : public Dataset {
 public:
  struct Params : DeclaredImages {
    std::string train, test;

    static void declare(Declare<Params>& d) {
      d.doc(
          "PNG images in folders, one a class. Classes are numbered in the order of class_names, "
          "or of the folders' sorted names.");
      d.known_as({"ImageFolder", "folder", "png"});
      d.example(
          "{type: image_folder, train: pets/train, test: pets/test, classes: 2, "
          "shape: [3, 32, 32]}");
      d.add("train", &Params::train,
            "folder with the classes' folders; looked for in the data folders and the working "
            "directory")
          .required();
      d.add("test", &Params::test, "likewise, for the test set").required();
      declare_images(d);
      d.check([](const Params& params, Check& check) {
        const auto error = [&check](const std::string& key, std::string message) {
          check.error(key, std::move(message));
        };
        check_declared(params, error);
        if (params.shape.size() != 3 || (params.shape[0] != 1 && params.shape[0] != 3)) {
          error("shape", "images have the shape [1, height, width] or [3, height, width]");
        }
      });
    }
  };

  explicit ImageFolder(const Params& params) : params_(params) {}
  DatasetInfo info() const override { return params_.info(); }

  std::optional<PartSizes> sizes(const DataContext& context) const override {
    const auto count = [&](const std::string& part) {
      const fs::path folder = resolve_data_path(part, context.folders);
      size_t images = 0;
      for (const std::string& name : names_in(folder)) images += names_in(folder / name).size();
      return static_cast<int64_t>(images);
    };
    try {
      return PartSizes{count(params_.train), count(params_.test)};
    } catch (const UserError&) {  // load() says what is wrong
      return std::nullopt;
    }
  }

  LoadedData load(const DataContext& context) const override {
    std::vector<std::string> classes = params_.class_names;
    LoadedData data;
    data.train =
        read_part("train", resolve_data_path(params_.train, context.folders), classes, data.files);
    data.test =
        read_part("test", resolve_data_path(params_.test, context.folders), classes, data.files);
    return data;
  }

 private:
  // `classes` is filled from the folder where it is empty, and compared with it otherwise.
  Samples read_part(const std::string& name, const std::string& folder,
                    std::vector<std::string>& classes, std::vector<DataFile>& files) const {
    const std::vector<std::string> found = names_in(folder);
    if (classes.empty()) classes = found;
    std::vector<std::string> sorted = classes;
    std::sort(sorted.begin(), sorted.end());
    if (classes.size() != static_cast<size_t>(params_.classes) || sorted != found) {
      throw data_error(
          folder,
          fmt::format("expected one folder for each of {} classes{}, found {}", params_.classes,
                      classes == found ? "" : " (" + list_text(classes) + ")", list_text(found)));
    }
    Samples samples;
    samples.shape = params_.shape;
    for (size_t label = 0; label < classes.size(); ++label) {
      read_class((fs::path(folder) / classes[label]).string(), static_cast<uint8_t>(label),
                 samples);
    }
    Sha256 hash;
    hash.update(samples.pixels.data(), samples.pixels.size());
    hash.update(samples.labels.data(), samples.labels.size());
    files.push_back({name, folder, hash.hex()});
    return samples;
  }

  void read_class(const std::string& folder, uint8_t label, Samples& samples) const {
    const std::vector<std::string> names = names_in(folder);
    if (names.empty()) throw data_error(folder, "the folder holds no images");
    const auto size = static_cast<size_t>(element_count(params_.shape));
    for (const std::string& name : names) {
      samples.pixels.resize(samples.pixels.size() + size);
      read_png((fs::path(folder) / name).string(), params_.shape,
               samples.pixels.data() + samples.pixels.size() - size);
      samples.labels.push_back(label);
    }
  }

  Params params_;
};

STRATA_REGISTER(Dataset, ImageFolder, "image_folder");

}  // namespace
}  // namespace strata
