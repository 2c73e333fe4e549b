#include "strata/data/dataset.hpp"

#include "strata/contract/checks.hpp"

namespace strata {
namespace {

std::shared_ptr<Dataset> built_dataset(const ComponentRef& ref) {
  return std::static_pointer_cast<Dataset>(ref.info->create(ref.params.get()));
}

void check_info(const Dataset& dataset) {
  const DatasetInfo info = dataset.info(), again = dataset.info();
  require(info.sample_shape == again.sample_shape && info.classes == again.classes &&
              info.class_names == again.class_names,
          "info() gives two answers");
  const size_t sizes = info.sample_shape.size();
  require(sizes == 1 || sizes == 3,
          "a sample has {} sizes; {{channels, height, width}} or {{features}}", sizes);
  for (const int64_t size : info.sample_shape)
    require(size >= 1, "a sample has a size of {}", size);
  require(info.classes >= 2 && info.classes <= 256, "it has {} classes; labels are bytes",
          info.classes);
  require(info.class_names.empty() || static_cast<int64_t>(info.class_names.size()) == info.classes,
          "{} classes have {} names", info.classes, info.class_names.size());
}

bool same(const Samples& a, const Samples& b) {
  return a.shape == b.shape && a.pixels == b.pixels && a.labels == b.labels;
}

void check_loading(const Dataset& dataset, const ComponentRef& ref) {
  LoadedData data;
  try {
    data = dataset.load({});
  } catch (const UserError& e) {
    const std::string message = e.what();
    throw CheckSkipped("its data is not here: " + message.substr(0, message.find('\n')));
  }
  const std::string mistake = loading_mistake(data, dataset.info());
  require(mistake.empty(), "{}", mistake);
  if (const auto sizes = dataset.sizes({}))
    require(sizes->train == data.train.count() && sizes->test == data.test.count(),
            "sizes() says {} and {} samples, load() gives {} and {}", sizes->train, sizes->test,
            data.train.count(), data.test.count());
  for (const DataFile& file : data.files) {
    require(!file.name.empty(), "a file has no name");
    require(file.sha256.size() == 64, "file '{}' has no SHA-256", file.name);
  }
  DataContext other;
  other.seed = 1;
  const LoadedData again = built_dataset(ref)->load(other);
  require(same(data.train, again.train) && same(data.test, again.test),
          "loaded again, for a run of another seed, it differs");
}

void check_dataset(const ComponentRef& ref, Checks& checks) {
  const auto dataset = built_dataset(ref);
  checks.run("describes its samples", [&] { check_info(*dataset); });
  checks.run("loads what it describes, always the same", [&] { check_loading(*dataset, ref); });
}

void use_dataset(const ComponentRef& ref) {
  check_info(*built_dataset(ref));
}

const FamilyChecks dataset_checks(Dataset::family, check_dataset, use_dataset);

}  // namespace
}  // namespace strata
