#include "strata/run/device_data.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "strata/data/statistics.hpp"

namespace strata {
namespace {

/// A part's bytes as tensors on the device; on the CPU the pixels are not copied.
DeviceSplit whole_part(Samples& samples, const at::Device& device) {
  const int64_t features = element_count(samples.shape);
  DeviceSplit split;
  split.pixels =
      at::from_blob(samples.pixels.data(), {samples.count(), features}, at::kByte).to(device);
  split.labels =
      at::from_blob(samples.labels.data(), {samples.count()}, at::kByte).to(device, at::kLong);
  return split;
}

DeviceSplit part_of(const DeviceSplit& whole, const IndexList& list, const at::Device& device) {
  DeviceSplit split = whole;
  split.samples = at::tensor(list.indices, at::kLong).to(device);
  return split;
}

Json describe(const Samples& samples, const IndexList& list, int64_t classes) {
  return {{"count", list.indices.size()},
          {"class_counts", class_counts(samples, list.indices, classes)},
          {"indices_sha256", list.sha256}};
}

/// How many of the test samples are training samples too, byte for byte.
int64_t shared_samples(const Samples& train, const IndexList& trained, const Samples& test,
                       const IndexList& tested) {
  const auto size = static_cast<size_t>(element_count(train.shape));
  const auto sample = [&](const Samples& part, int64_t i) {
    return std::string_view(
        reinterpret_cast<const char*>(part.pixels.data()) + static_cast<size_t>(i) * size, size);
  };
  std::unordered_set<std::string_view> seen;
  for (const int64_t i : trained.indices) seen.insert(sample(train, i));
  return std::count_if(tested.indices.begin(), tested.indices.end(),
                       [&](int64_t i) { return seen.count(sample(test, i)) > 0; });
}

}  // namespace

PreparedData prepare_data(const DataSettings& settings, const DatasetInfo& info,
                          const DataContext& context, const at::Device& device) {
  PreparedData data;
  const Slot<Dataset>& dataset = settings.dataset;
  data.host = of_component(dataset, "load()", [&] { return make(dataset)->load(context); });
  if (const std::string mistake = loading_mistake(data.host, info); !mistake.empty())
    throw ComponentError(dataset, mistake);
  Samples& train = data.host.train;
  Samples& test = data.host.test;
  const DataSplit split = split_data(train.count(), test.count(), settings, context.seed);

  data.device.sample = info.sample_shape;
  data.device.classes = info.classes;
  data.device.class_names = info.class_names;
  const DeviceSplit train_part = whole_part(train, device);
  data.device.train = part_of(train_part, split.train, device);
  data.device.validation = part_of(train_part, split.validation, device);
  data.device.test = part_of(whole_part(test, device), split.test, device);

  Json splits = {{"train", describe(train, split.train, info.classes)}};
  if (!split.validation.indices.empty())
    splits["validation"] = describe(train, split.validation, info.classes);
  splits["test"] = describe(test, split.test, info.classes);
  Json files = Json::array();
  for (const DataFile& file : data.host.files)
    files.push_back({{"name", file.name}, {"path", file.path}, {"sha256", file.sha256}});
  const PixelStatistics pixels = pixel_statistics(train, split.train.indices);
  data.record = {
      {"dataset", settings.dataset.type},
      {"sample_shape", info.sample_shape},
      {"classes", info.classes},
      {"class_names", info.class_names},
      {"files", files},
      {"splits", splits},
      {"overlap", {{"test_in_train", shared_samples(train, split.train, test, split.test)}}},
      {"pixels",
       {{"mean", pixels.mean}, {"variance", pixels.variance}, {"histogram", pixels.histogram}}}};
  return data;
}

}  // namespace strata
