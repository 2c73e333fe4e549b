#include "strata/inference/evaluation.hpp"

#include <cmath>

#include "run/small_run.hpp"
#include "strata/inference/model.hpp"

namespace fs = std::filesystem;
using namespace strata;
using namespace strata::testing;

namespace {

Json judged(const WantedEvaluation& wanted) {
  return evaluate_run(finished().path, wanted, at::kCPU);
}

WantedEvaluation spoilt_by(const std::string& corruption) {
  WantedEvaluation wanted;
  wanted.corruption = corruption;
  return wanted;
}

std::string refused_of(const WantedEvaluation& wanted) {
  try {
    judged(wanted);
  } catch (const UserError& e) {
    return e.what();
  }
  return "nothing was refused";
}

WantedEvaluation on(const std::string& dataset, const std::string& split = "test") {
  WantedEvaluation wanted;
  wanted.dataset = dataset;
  wanted.split = split;
  return wanted;
}

}  // namespace

TEST_CASE("on its own test set a run has the figures of its record") {
  const Json evaluation = judged({});
  CHECK(evaluation["metrics"].size() == finished().record["metrics"]["test"].size());
  for (const auto& [key, value] : finished().record["metrics"]["test"].items()) {
    CAPTURE(key);
    if (value.is_number())  // the last bits are those of another engine
      CHECK(evaluation["metrics"].at(key).get<double>() == doctest::Approx(value.get<double>()));
    else
      CHECK(evaluation["metrics"].at(key) == value);
  }
  for (const auto& [key, figure] : evaluation["figures"].items())
    CHECK_MESSAGE(figure == finished().record["figures"].at(key), key);
  CHECK(evaluation["corruption"].is_null());
  CHECK(evaluation["data"]["count"] == 30);
  CHECK(judged(on("", "validation"))["data"]["count"] == 10);
}

TEST_CASE("spoilt images are to be rebuilt clean; their noise is the same for every run") {
  const Json dark = judged(spoilt_by("{type: masking, rate: 1}"));  // nothing is left
  const Samples test =
      component<Dataset>("{type: synthetic_digits, train: 70, test: 30}")->load({}).test;
  const std::vector<uint8_t> black(784);
  const TrainedModel model(finished().path);
  const Rows rebuilt = model.reconstruct(black.data(), 1);
  const Rows said = model.predict(black.data(), 1);
  double error = 0, nll = 0;
  for (size_t i = 0; i < test.pixels.size(); ++i)
    error += std::pow(test.pixels[i] / 255.0 - static_cast<double>(rebuilt.values[i % 784]), 2) /
             static_cast<double>(test.pixels.size());
  for (const uint8_t label : test.labels)
    nll -= std::log(static_cast<double>(said.values[label])) / 30;
  CHECK(dark["metrics"]["reconstruction_error"].get<double>() == doctest::Approx(error));
  CHECK(dark["metrics"]["nll"].get<double>() == doctest::Approx(nll));
  const Json noisy = judged(spoilt_by("gaussian"));
  CHECK(noisy["metrics"] != judged({})["metrics"]);
  CHECK(noisy["metrics"] == judged(spoilt_by("gaussian"))["metrics"]);
  CHECK(noisy["on"] == judged({})["on"].get<std::string>() + "+gaussian(std=0.3)");
}

TEST_CASE("an evaluation is kept beside its run, in the form of its schema") {
  TemporaryFolder folder("evaluation");
  const Json other = judged(on("{type: synthetic_digits, train: 5, test: 12}", "train"));
  CHECK(other["data"]["count"] == 5);
  const fs::path file = save_evaluation(folder.path, other);
  CHECK(file.parent_path() == folder.path / "evaluations");
  check_schema(file, "evaluation");
}

TEST_CASE("images that the model cannot take are refused") {
  CHECK(refused_of(on("{type: npy, train: {images: a, labels: b}, test: {images: a, labels: b}, "
                      "classes: 3, shape: [1, 8, 8]}")) ==
        "data set 'npy' has samples of 1x8x8; the model takes 1x28x28");
  CHECK(refused_of(on("{type: synthetic_digits, test: 4}", "validation")) ==
        "data set 'synthetic_digits' has no validation split, which the run takes from its own; "
        "expected --split train or test");
  CHECK(refused_of(spoilt_by("gausian"))
            .rfind("--corrupt:1:1: error: unknown corruption 'gausian'; did you mean 'gaussian'? ",
                   0) == 0);
}
