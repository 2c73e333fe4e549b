#include "strata/inference/labelled_images.hpp"

#include <fmt/format.h>

#include <numeric>

#include "strata/support/errors.hpp"

namespace strata {
namespace {

Slot<Dataset> dataset_of(const std::string& yaml) {
  Issues issues;
  Node node =
      parse_yaml_value(std::make_shared<Source>(Source{"--data", yaml}), 0, yaml.size(), issues);
  set_paths(node);
  Slot<Dataset> slot;
  Reader(issues, Registry::instance()).read_component(node, Dataset::family, slot);
  if (!issues.ok()) throw ConfigError(issues);
  return slot;
}

const std::vector<int64_t>& part_of(const DataSplit& split, const std::string& name) {
  const std::vector<int64_t>& indices = name == "train"  ? split.train.indices
                                        : name == "test" ? split.test.indices
                                                         : split.validation.indices;
  if (indices.empty())
    throw UserError("the run has no validation split; expected --split train or test");
  return indices;
}

/// Notes where files are not those that the run was made with.
void compare_files(const Json& record, LabelledImages& images) {
  const Json& known = record.at("data").at("files");
  for (size_t i = 0; i < images.data.files.size(); ++i)
    if (i >= known.size() || known[i].at("sha256") != images.data.files[i].sha256)
      images.notes.push_back(images.data.files[i].name +
                             " is another than the one that the run was trained with");
}

}  // namespace

LabelledImages load_images(const TrainedRun& run, const WantedImages& wanted) {
  const std::vector<std::string> splits{"train", "validation", "test"};
  if (std::find(splits.begin(), splits.end(), wanted.split) == splits.end())
    throw UserError(
        fmt::format("unknown split '{}'{}", wanted.split, suggestion(wanted.split, splits)));
  LabelledImages images;
  images.split = wanted.split;
  const Slot<Dataset>& own = run.settings.data.dataset;
  images.dataset = wanted.dataset.empty() ? own : dataset_of(wanted.dataset);
  const bool is_own = images.dataset.dump() == own.dump();
  if (!is_own && wanted.split == "validation")
    throw UserError(
        fmt::format("data set '{}' has no validation split, which the run takes from "
                    "its own; expected --split train or test",
                    images.dataset.type));
  const auto dataset = make(images.dataset);
  images.info = of_component(images.dataset, "info()", [&] { return dataset->info(); });
  if (images.info.sample_shape != run.plan.data.sample_shape)
    throw UserError(fmt::format("data set '{}' has samples of {}; the model takes {}",
                                images.dataset.type, shape_text(images.info.sample_shape),
                                shape_text(run.plan.data.sample_shape)));
  const auto seed = static_cast<uint64_t>(run.settings.seed);
  images.data = of_component(images.dataset, "load()", [&] {
    return dataset->load({wanted.folders, seed});
  });
  if (const std::string mistake = loading_mistake(images.data, images.info); !mistake.empty())
    throw ComponentError(images.dataset, mistake);
  if (is_own) {
    compare_files(run.record, images);
    images.indices = part_of(
        split_data(images.data.train.count(), images.data.test.count(), run.settings.data, seed),
        wanted.split);
  } else {
    images.indices.resize(static_cast<size_t>(images.part().count()));
    std::iota(images.indices.begin(), images.indices.end(), 0);
  }
  return images;
}

}  // namespace strata
