#include "strata/run/images.hpp"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "strata/core/batches.hpp"
#include "strata/record/image.hpp"

namespace strata {
namespace {

constexpr size_t kColumns = 20;        // originals and their reconstructions
constexpr int64_t kFilters = 100;      // tiles of the first layer
constexpr int64_t kWorst = 24;         // misclassified samples
constexpr size_t kCodesPerClass = 20;  // rows of the code's picture
constexpr int64_t kBatch = 1000;

/// The first `per_class` test samples of each class, class after class.
std::vector<int64_t> by_class(const PreparedData& data, size_t per_class) {
  const Tensor samples = data.device.test.samples.cpu();
  std::vector<std::vector<int64_t>> found(static_cast<size_t>(data.device.classes));
  for (int64_t i = 0; i < samples.size(0); ++i) {
    const int64_t sample = samples[i].item<int64_t>();
    auto& of_class = found[data.host.test.labels[static_cast<size_t>(sample)]];
    if (of_class.size() < per_class) of_class.push_back(sample);
  }
  std::vector<int64_t> chosen;
  for (const auto& of_class : found) chosen.insert(chosen.end(), of_class.begin(), of_class.end());
  return chosen;
}

std::vector<int> labels_of(const PreparedData& data, const std::vector<int64_t>& samples) {
  std::vector<int> labels;
  for (const int64_t sample : samples)
    labels.push_back(data.host.test.labels[static_cast<size_t>(sample)]);
  return labels;
}

std::vector<float> floats(const Tensor& values) {
  const Tensor flat = values.detach().to(at::kCPU, at::kFloat).contiguous().view(-1);
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

std::vector<uint8_t> pixel_bytes(const Tensor& images) {
  return to_bytes(floats(images), 0, 1);
}

std::vector<std::string> encoders(size_t pairs) {
  std::vector<std::string> blocks;
  for (size_t k = 0; k < pairs; ++k) blocks.push_back(encoder_block(k));
  return blocks;
}

}  // namespace

RunImages::RunImages(std::filesystem::path folder, const PreparedData& data,
                     const FitOptions& options, const Stack& stack,
                     std::function<void(const Json&)> drawn)
    : folder_(std::move(folder)),
      data_(data),
      options_(options),
      stack_(stack),
      drawn_(std::move(drawn)) {
  const size_t classes = static_cast<size_t>(std::max<int64_t>(1, data.device.classes));
  std::vector<int64_t> shown = by_class(data, std::max<size_t>(1, kColumns / classes));
  shown.resize(std::min(shown.size(), kColumns));
  shown_ = at::tensor(shown, at::kLong).to(options.device);
  originals_ = pixel_bytes(samples(shown_));
  reconstructions_ = {
      {"rows", {"original"}}, {"indices", shown}, {"labels", labels_of(data, shown)}};
}

void RunImages::stage_done(const StageEnd& end) {
  const StageSpec& spec = end.result.spec;
  std::vector<std::string> blocks = spec.prefix;
  blocks.insert(blocks.end(), spec.blocks.begin(), spec.blocks.end());
  size_t pairs = 0;  // those that these blocks reach
  for (size_t k = 0; stack_.has(encoder_block(k)); ++k)
    if (std::count(blocks.begin(), blocks.end(), encoder_block(k)) > 0) pairs = k + 1;
  if (spec.kind == StageKind::pretrain) add_reconstructions(spec.name, pairs);
  if (spec.kind == StageKind::pretrain && end.last_of_kind) add_codes(spec.name, pairs);
  if (spec.kind == StageKind::classify) add_worst(blocks);
  if (end.last_of_kind) add_filters();
  drawn_(record_);
}

Tensor RunImages::samples(const Tensor& index) const {
  return gather_images(data_.device.test.pixels, index, data_.device.sample, options_.dtype);
}

Json RunImages::write(const std::string& name, const std::vector<uint8_t>& tiles, const Shape& tile,
                      int64_t columns) {
  const std::string file = "images/" + name + ".png";
  const bool flat = tile.size() != 3;
  const int64_t channels = flat ? 1 : tile[0];
  const int64_t height = flat ? 1 : tile[1], width = flat ? element_count(tile) : tile[2];
  write_png(folder_ / file, tile_sheet(tiles, channels, height, width, columns));
  return {{"file", file}, {"tile", {height, width}}, {"columns", columns}};
}

void RunImages::add_reconstructions(const std::string& stage, size_t pairs) {
  at::NoGradGuard no_grad;
  std::vector<std::string> blocks = encoders(pairs);
  for (size_t k = pairs; k-- > 0;) blocks.push_back(decoder_block(k));
  const Tensor x = samples(shown_);
  const Tensor y = stack_.forward(blocks, x, {}).view_as(x);
  const std::vector<uint8_t> row = pixel_bytes(y);
  rows_.insert(rows_.end(), row.begin(), row.end());
  reconstructions_["rows"].push_back(stage);
  reconstructions_["errors"].push_back(floats((y - x).square().flatten(1).mean(1)));
  std::vector<uint8_t> tiles = originals_;
  tiles.insert(tiles.end(), rows_.begin(), rows_.end());
  Json entry = write("reconstructions", tiles, data_.device.sample, shown_.size(0));
  entry.update(reconstructions_);
  record_["reconstructions"] = entry;
}

void RunImages::add_codes(const std::string& stage, size_t pairs) {
  at::NoGradGuard no_grad;
  const std::vector<int64_t> chosen = by_class(data_, kCodesPerClass);
  if (chosen.empty()) return;
  const Tensor code =
      stack_
          .forward(encoders(pairs), samples(at::tensor(chosen, at::kLong).to(options_.device)), {})
          .flatten(1);
  Range range = stack_.block(encoder_block(pairs - 1)).output_range;
  if (!range.bounded()) range = {code.min().item<double>(), code.max().item<double>()};
  const int64_t units = code.size(1);
  Image image{
      units, code.size(0), 1,
      to_bytes(floats(code), static_cast<float>(range.low), static_cast<float>(range.high))};
  write_png(folder_ / "images/codes.png", image);
  record_["codes"] = {{"file", "images/codes.png"},         {"stage", stage},
                      {"block", encoder_block(pairs - 1)},  {"units", units},
                      {"labels", labels_of(data_, chosen)}, {"range", {range.low, range.high}}};
}

void RunImages::add_filters() {
  const Block& first = stack_.block(encoder_block(0));
  for (const PlacedLayer& layer : first.layers) {
    if (layer.input != data_.device.sample) return;  // no longer the images' own shape
    for (const Parameter& p : stack_.parameters({first.name})) {
      if (p.name != layer.name + ".weight") continue;
      const bool dense = p.value.dim() == 2 && p.value.size(1) == element_count(layer.input);
      const bool kernel = p.value.dim() == 4;
      if (!dense && !kernel) return;
      const int64_t count = std::min(kFilters, p.value.size(0));
      const Shape tile =
          dense ? data_.device.sample : Shape(p.value.sizes().begin() + 1, p.value.sizes().end());
      Json entry =
          write("filters", filter_bytes(floats(p.value.narrow(0, 0, count)), element_count(tile)),
                tile, std::min<int64_t>(20, count));
      entry["count"] = count;
      entry["layer"] = layer.name;
      record_["filters"] = entry;
      return;
    }
  }
}

void RunImages::add_worst(const std::vector<std::string>& blocks) {
  at::NoGradGuard no_grad;
  const DeviceSplit& test = data_.device.test;
  std::vector<Tensor> losses, guesses;
  for (int64_t first = 0; first < test.count(); first += kBatch) {
    const Tensor index = test.samples.narrow(0, first, std::min(kBatch, test.count() - first));
    const Tensor logs = at::log_softmax(stack_.forward(blocks, samples(index), {}), 1);
    const Tensor labels = test.labels.index_select(0, index);
    const Tensor guess = logs.argmax(1);
    const Tensor loss = -logs.gather(1, labels.unsqueeze(1)).squeeze(1);
    losses.push_back(at::where(guess == labels, at::full_like(loss, -1.0), loss));
    guesses.push_back(guess);
  }
  if (losses.empty()) return;
  const Tensor loss = at::cat(losses).cpu(), guess = at::cat(guesses).cpu();
  const Tensor order = std::get<1>(at::sort(loss, /*stable=*/true, 0, /*descending=*/true));
  const Tensor all = test.samples.cpu();
  std::vector<int64_t> chosen;
  Json entries = Json::array();
  for (int64_t i = 0; i < std::min(kWorst, order.size(0)); ++i) {
    const int64_t place = order[i].item<int64_t>();
    if (loss[place].item<double>() < 0) break;  // classified right
    chosen.push_back(all[place].item<int64_t>());
    entries.push_back({{"index", chosen.back()},
                       {"true", data_.host.test.labels[static_cast<size_t>(chosen.back())]},
                       {"predicted", guess[place].item<int64_t>()},
                       {"nll", loss[place].item<double>()}});
  }
  if (chosen.empty()) return;
  Json entry =
      write("worst", pixel_bytes(samples(at::tensor(chosen, at::kLong).to(options_.device))),
            data_.device.sample, 12);
  entry["samples"] = entries;
  record_["worst"] = entry;
}

}  // namespace strata
