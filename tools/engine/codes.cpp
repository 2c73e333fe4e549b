// encode, reconstruct and interpolate.
#include <fmt/format.h>

#include <filesystem>

#include "engine/commands.hpp"
#include "engine/inputs.hpp"
#include "strata/data/npy.hpp"
#include "strata/inference/trained_run.hpp"
#include "strata/record/image.hpp"
#include "strata/support/errors.hpp"
#include "strata/support/files.hpp"
#include "strata/support/print.hpp"

namespace strata {
namespace {

template <class T>
std::string array_file(const char* type, Shape sizes, const std::vector<T>& values) {
  return npy_file(type, sizes,
                  {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

Shape image_shape(const TrainedModel& model) {
  const Shape& shape = model.input_shape();
  if (shape.size() == 3) return shape;
  throw UserError(fmt::format("the model's samples are no images, but of {}: none is drawn",
                              shape_text(shape)));
}

/// Rows of tiles that grow by images, at most sixteen a row, each above its counterpart.
class Pairs {
 public:
  explicit Pairs(Shape shape) : shape_(std::move(shape)) {}

  void add(const ImageBatch& batch, const std::vector<uint8_t>& below) {
    above_.insert(above_.end(), batch.pixels.begin(), batch.pixels.end());
    below_.insert(below_.end(), below.begin(), below.end());
  }
  int64_t count() const { return static_cast<int64_t>(above_.size()) / element_count(shape_); }

  Image sheet() const {
    const int64_t columns = std::min<int64_t>(count(), 16);
    const auto row = static_cast<size_t>(columns * element_count(shape_));
    std::vector<uint8_t> tiles;
    for (size_t first = 0; first < above_.size(); first += row)
      for (const std::vector<uint8_t>* half : {&above_, &below_}) {
        const size_t end = std::min(first + row, half->size());
        tiles.insert(tiles.end(), half->begin() + static_cast<long>(first),
                     half->begin() + static_cast<long>(end));
        tiles.resize(tiles.size() + first + row - end);  // black
      }
    return tile_sheet(tiles, shape_[0], shape_[1], shape_[2], columns);
  }

 private:
  Shape shape_;
  std::vector<uint8_t> above_, below_;
};

}  // namespace

int encode_command(const EngineRequest& request) {
  const UseRequest& asked = request.use;
  const TrainedModel model = load_model(request);
  Rows codes;
  std::vector<int64_t> labels;
  for_each_batch(request, model, [&](const ImageBatch& batch) {
    Rows rows = model.encode(batch.pixels.data(), batch.count(), asked.stage, asked.code);
    codes.shape = rows.shape;
    codes.values.insert(codes.values.end(), rows.values.begin(), rows.values.end());
    labels.insert(labels.end(), batch.labels.begin(), batch.labels.end());
  });
  Shape sizes{codes.count()};
  sizes.insert(sizes.end(), codes.shape.begin(), codes.shape.end());
  deliver(request, array_file("<f4", sizes, codes.values));
  const std::string stage = asked.stage.empty() ? model.stages().back() : asked.stage;
  print_err("{}: {} codes of {}, float32, as stage '{}' left the encoder\n", asked.output,
            codes.count(), shape_text(codes.shape), stage);
  if (labels.empty()) return 0;
  const auto beside = std::filesystem::path(asked.output).replace_extension("labels.npy");
  write_output(beside, array_file("<i8", {codes.count()}, labels));
  print_err("{}: their labels\n", beside.string());
  return 0;
}

int reconstruct_command(const EngineRequest& request) {
  const TrainedModel model = load_model(request);
  Pairs pairs(image_shape(model));
  for_each_batch(request, model, [&](const ImageBatch& batch) {
    pairs.add(
        batch,
        to_bytes(model.reconstruct(batch.pixels.data(), batch.count(), request.use.stage).values, 0,
                 1));
  });
  deliver(request, encode_png(pairs.sheet()));
  print_err("{}: {} image{} above what the model rebuilds of {}\n", request.use.output,
            pairs.count(), pairs.count() == 1 ? "" : "s", pairs.count() == 1 ? "it" : "them");
  return 0;
}

int interpolate_command(const EngineRequest& request) {
  const UseRequest& asked = request.use;
  const TrainedModel model = load_model(request);
  const Shape shape = image_shape(model);
  std::vector<uint8_t> pixels;
  for_each_batch(request, model, [&](const ImageBatch& batch) { pixels = batch.pixels; });
  const std::string stage = model.rebuilding_stage(asked.stage);
  const Rows ends = model.encode(pixels.data(), 2, stage);
  Rows codes{ends.shape, {}};
  for (int k = 0; k < asked.steps; ++k) {
    const float t = static_cast<float>(k) / static_cast<float>(asked.steps - 1);
    for (int64_t i = 0; i < ends.size(); ++i)
      codes.values.push_back((1 - t) * ends.row(0)[i] + t * ends.row(1)[i]);
  }
  const auto size = static_cast<long>(element_count(shape));
  const std::vector<uint8_t> between = to_bytes(model.decode(codes, stage).values, 0, 1);
  std::vector<uint8_t> tiles(pixels.begin(), pixels.begin() + size);
  tiles.insert(tiles.end(), between.begin(), between.end());
  tiles.insert(tiles.end(), pixels.begin() + size, pixels.end());
  deliver(request, encode_png(tile_sheet(tiles, shape[0], shape[1], shape[2], asked.steps + 2)));
  print_err("{}: {}, {} steps from its code to the other's, {}\n", asked.output, asked.images[0],
            asked.steps, asked.images[1]);
  return 0;
}

}  // namespace strata
