#include <algorithm>
#include <cmath>
#include <filesystem>

#include "features/experiment.hpp"
#include "strata/composition/compose.hpp"
#include "strata/record/record.hpp"
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

/// Without the runs that some begin with, which are not here.
Experiment read_alone(const Node& root, Issues& issues) {
  Experiment settings = read_experiment(root, issues);
  settings.init_from.reset();
  return settings;
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
    for (StageOverrides& stage : settings.pretrain->stages) stage.epochs.reset();
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
    Issues issues;
    const Composition composition = compose(file, {}, issues);
    REQUIRE(!composition.runs.empty());
    for (const ComposedRun& run : composition.runs) {
      const auto settings = read_alone(run.root, issues);
      if (issues.ok()) make_plan(settings, run.root, issues);
    }
    INFO(issues.format());
    REQUIRE(issues.ok());

    const Node& root = composition.runs.front().root;
    const auto settings = read_alone(root, issues);
    const Plan plan = make_plan(settings, root, issues);
    const Shape image{1, 28, 28};
    REQUIRE(plan.data.sample_shape == image);
    Trained run(shortened(settings), root, settings.dtype == "float64" ? at::kDouble : at::kFloat);
    run.run();
    REQUIRE(run.done.size() == plan.stages.size());
    for (size_t k = 0; k < run.done.size(); ++k) {
      const StageResult& stage = run.done[k];
      CHECK(stage.spec.name == plan.stages[k].name);
      REQUIRE(stage.epochs.size() == 1);
      CHECK(std::isfinite(stage.epochs[0].loss));
      CHECK(!stage.epochs[0].metrics["test"].empty());
    }
  }
}

namespace {

const std::filesystem::path kSource = STRATA_SOURCE_DIR;

/// The record that is kept of a ready-made experiment's run.
Json kept_record(const std::string& name) {
  const auto records = find_records({(kSource / "results/ready-made" / name).string()});
  REQUIRE(records.size() == 1);
  return read_record(records[0]);
}

}  // namespace

TEST_CASE("the figures that the tutorial's file quotes are those of its record") {
  const std::string name = "pylearn2-stacked-denoising";
  const Json record = kept_record(name);
  std::vector<double> errors;
  for (const Json& epoch : record["stages"].back()["epochs"])
    errors.push_back(100 - 100 * epoch["metrics"]["validation"]["accuracy"].get<double>());
  const std::string text = read_file(kSource / "experiments" / (name + ".yaml"));
  CHECK(text.find(fmt::format(
            "Validation error {:.2f} % at the best of {} epochs, {:.2f} % at the last",
            *std::min_element(errors.begin(), errors.end()), errors.size(), errors.back())) !=
        std::string::npos);
}

TEST_CASE(
    "the figures that the documentation quotes of ready-made experiments are those of their "
    "records") {
  const std::string page = read_file(kSource / "docs/experiments.md");
  for (const std::string name :
       {"denoising", "sparse", "tied", "convolutional", "deep", "deep-greedy"}) {
    CAPTURE(name);
    const size_t begin = page.find("| `" + name + "` |");
    REQUIRE(begin != std::string::npos);
    const std::string row = page.substr(begin, page.find('\n', begin) - begin);
    const Json record = kept_record(name);
    CHECK(record["status"] == "completed");
    CHECK(record["config"]["dtype"] == "float32");
    const Json& test = record["metrics"]["test"];
    const auto figure = [&](const char* metric, int digits) {
      return fmt::format("| {:.{}f}", test.at(metric).get<double>(), digits);
    };
    CHECK(row.find(figure("reconstruction_error", 5)) != std::string::npos);
    if (test.contains("accuracy")) CHECK(row.find(figure("accuracy", 3)) != std::string::npos);
  }
}
