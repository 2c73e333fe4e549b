#include <filesystem>

#include "features/experiment.hpp"
#include "strata/support/files.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

std::vector<std::string> experiment_files() {
  std::vector<std::string> files;
  const std::filesystem::path folder = std::filesystem::path(STRATA_SOURCE_DIR) / "experiments";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// The same experiment on 60 drawn digits of MNIST's shape, one epoch a stage.
Experiment shortened(Experiment settings) {
  settings.data.dataset = slot<Dataset>("{type: synthetic_digits, train: 100, test: 30}");
  settings.data.train_size = 60;
  settings.data.test_size = 30;
  if (settings.data.validation_size) settings.data.validation_size = 30;
  settings.data.batch_size = std::min<int64_t>(settings.data.batch_size, 40);
  if (settings.pretrain) {
    settings.pretrain->epochs = 1;
    for (StageSettings& stage : settings.pretrain->stages) stage.epochs.reset();
  }
  if (settings.classify) settings.classify->epochs = 1;
  return settings;
}

}  // namespace

TEST_CASE("every experiment passes the check and trains for an epoch a stage") {
  const std::vector<std::string> files = experiment_files();
  REQUIRE(files.size() >= 13);
  for (const std::string& file : files) {
    CAPTURE(file);
    const Planned whole(read_file(file));
    INFO(whole.issues.format());
    REQUIRE(whole.issues.ok());
    const Shape image{1, 28, 28};
    REQUIRE(whole.plan.data.sample_shape == image);

    Trained run(shortened(whole.settings), whole.tree,
                whole.settings.dtype == "float64" ? at::kDouble : at::kFloat);
    run.run();
    REQUIRE(run.done.size() == whole.plan.stages.size());
    for (size_t k = 0; k < run.done.size(); ++k) {
      const StageResult& stage = run.done[k];
      CHECK(stage.spec.name == whole.plan.stages[k].name);
      REQUIRE(stage.epochs.size() == 1);
      CHECK(std::isfinite(stage.epochs[0].loss));
      CHECK(!stage.epochs[0].metrics["test"].empty());
    }
  }
}
