#include "engine/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "strata/data/idx.hpp"
#include "strata/data/npy.hpp"
#include "strata/data/picture.hpp"
#include "strata/inference/labelled_images.hpp"
#include "strata/run/machine.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

namespace fs = std::filesystem;

/// Hands images on, a thousand at a time.
class Batches {
 public:
  Batches(size_t sample_bytes, const std::function<void(const ImageBatch&)>& use)
      : sample_bytes_(sample_bytes), use_(use) {}

  void add(std::string name, const uint8_t* pixels) {
    batch_.names.push_back(std::move(name));
    batch_.pixels.insert(batch_.pixels.end(), pixels, pixels + sample_bytes_);
    if (batch_.names.size() == 1000) flush();
  }
  void add(std::string name, const uint8_t* pixels, int64_t label) {
    batch_.labels.push_back(label);
    add(std::move(name), pixels);
  }
  void add_all(const std::string& name, const std::vector<uint8_t>& pixels) {
    for (size_t i = 0; i < pixels.size() / sample_bytes_; ++i)
      add(fmt::format("{}[{}]", name, i), pixels.data() + i * sample_bytes_);
  }
  void flush() {
    if (!batch_.names.empty()) use_(batch_);
    batch_ = {};
  }

 private:
  size_t sample_bytes_;
  const std::function<void(const ImageBatch&)>& use_;
  ImageBatch batch_;
};

bool is_picture_name(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// The pictures in a folder and below, by name; links to folders are not followed.
void add_pictures(const fs::path& folder, std::vector<std::string>& files) {
  std::error_code error;
  for (const fs::directory_entry& entry : list_folder(folder, error)) {
    std::error_code lost;
    if (entry.path().filename().string().front() == '.') continue;
    if (entry.is_directory(lost) && !entry.is_symlink(lost))
      add_pictures(entry.path(), files);
    else if (is_picture_name(entry.path()))
      files.push_back(entry.path().string());
  }
  if (error) throw UserError(fmt::format("{}: {}", folder.string(), error.message()));
}

std::vector<std::string> files_of(const std::vector<std::string>& given) {
  std::vector<std::string> files;
  for (const std::string& place : given) {
    const size_t before = files.size();
    std::error_code none;
    if (!fs::is_directory(place, none))
      files.push_back(place);
    else if (add_pictures(place, files); files.size() == before)
      throw UserError(place + ": there is no PNG or JPEG file in this folder or below");
  }
  return files;
}

void add_file(const std::string& path, const Shape& shape, bool invert, Batches& batches) {
  const auto inverted = [&](std::vector<uint8_t> pixels) {
    if (invert)
      for (uint8_t& byte : pixels) byte = static_cast<uint8_t>(255 - byte);
    return pixels;
  };
  switch (image_file_kind(path)) {
    case ImageFile::idx:
      return batches.add_all(path, inverted(read_idx_images(path, shape)));
    case ImageFile::npy:
      return batches.add_all(path, inverted(read_npy_images(path, shape)));
    default:
      batches.add(path, fitted(read_picture(path), shape, invert).data());
  }
}

void add_files(const std::vector<std::string>& files, const Shape& shape, bool invert,
               Batches& batches) {
  std::string problems;
  for (const std::string& path : files) try {
      add_file(path, shape, invert, batches);
    } catch (const UserError& e) {
      problems += (problems.empty() ? "" : "\n") + std::string(e.what());
    }
  if (!problems.empty()) throw UserError(problems);
}

void add_split(const EngineRequest& request, const TrainedModel& model, size_t sample_bytes,
               Batches& batches) {
  const LabelledImages images =
      load_images(model.run(), {request.use.dataset, request.use.split, request.data_folders});
  for (const std::string& note : images.notes) print_err("strata: warning: {}\n", note);
  for (const int64_t i : images.indices)
    batches.add(fmt::format("{}[{}]", images.split, i),
                images.part().pixels.data() + static_cast<size_t>(i) * sample_bytes,
                images.part().labels[static_cast<size_t>(i)]);
}

}  // namespace

TrainedModel load_model(const EngineRequest& request) {
  set_threads(request.threads);
  TrainedModel model(request.use.runs[0], request.device.empty() ? "auto" : request.device);
  for (const std::string& note : model.notes())
    print_err("strata: warning: {}: {}\n", request.use.runs[0], note);
  return model;
}

void for_each_batch(const EngineRequest& request, const TrainedModel& model,
                    const std::function<void(const ImageBatch&)>& use) {
  const UseRequest& asked = request.use;
  if (asked.images.empty() && asked.split.empty())
    throw UserError("no images: name files or folders, or a split of the run's data: --split test");
  if (!asked.images.empty() && !asked.split.empty())
    throw UserError(fmt::format("'{}' and --split {}: expected files or a split, not both",
                                asked.images[0], asked.split));
  const Shape& shape = model.input_shape();
  const auto sample_bytes = static_cast<size_t>(element_count(shape));
  Batches batches(sample_bytes, use);
  if (asked.split.empty())
    add_files(files_of(asked.images), shape, asked.invert, batches);
  else
    add_split(request, model, sample_bytes, batches);
  batches.flush();
}

void deliver(const EngineRequest& request, const std::string& content) {
  if (request.use.output.empty())
    print_out(content);
  else
    write_output(request.use.output, content);
}

}  // namespace strata
