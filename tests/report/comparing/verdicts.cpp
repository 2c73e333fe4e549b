// The sentences that sentences.cpp leaves out: on rows and their curves, on what was tested, and
// the verdicts. Each stands where it is true, and not where something near to it is.
#include "report/told_of.hpp"

using namespace strata;
using namespace strata::test;

namespace {

constexpr int64_t kSeeds = 8;

/// A control and a row with pretraining, whose accuracies differ by this at each seed.
Runs pretrained(const std::function<double(int64_t)>& gain, int64_t seeds = kSeeds) {
  Runs runs;
  for (const char* strategy : {"none", "greedy"})
    for (int64_t seed = 0; seed < seeds; ++seed) {
      RunSpec spec;
      spec.strategy = strategy;
      spec.seed = seed;
      runs.push_back(run(spec, [&](Json& record) {
        record["metrics"]["test"]["accuracy"] =
            0.8 + 0.001 * double(seed) + (spec.strategy == "none" ? 0 : gain(seed));
      }));
    }
  return runs;
}

double helps(int64_t seed) {
  return 0.01 + 0.0001 * double(seed % 3);
}
double no_gain(int64_t) {
  return 0;
}
double noise_alone(int64_t seed) {
  return seed % 2 == 0 ? 0.01 : -0.01;
}

}  // namespace

TEST_CASE("a record that was changed by hand is told") {
  Runs changed = rates(unchanged);
  changed[0].changed = "its sha256 is not that of its content";
  told_of("changed by hand since strata wrote it", changed, rates(unchanged));
}

TEST_CASE("rows whose runs have not the same stages or epochs") {
  const auto short_stage = [](Json& record) {
    Json& epochs = record["stages"][2]["epochs"];
    if (record["seed"] == 1) epochs.erase(epochs.begin() + 4, epochs.end());
  };
  told_of("a stage's mean curve ends with the last", rates(short_stage), rates(unchanged));
  const auto other_stage = [](Json& record) {
    if (record["seed"] == 1) record["stages"][0]["name"] = "another";
  };
  told_of("have not all the same stages: no mean curve", rates(other_stage), rates(short_stage));
}

TEST_CASE("what --by leaves out") {
  const auto by = [](const char* key) {
    CompareOptions asked = options({"accuracy"});
    asked.by = {key};
    return asked;
  };
  const auto depends = [](double other) {  // the decay goes with the rate, or is the same in all
    const auto decay = [other](Json& record) {
      const double lr = record["config"]["classify"]["optimizer"]["lr"];
      record["config"]["classify"]["optimizer"]["weight_decay"] = lr > 0.5 ? other : 0.1;
    };
    return rates(decay, decay);
  };
  told_of("the rows differ in classify.optimizer.weight_decay too, which --by does not name",
          depends(0.2), depends(0.1), by("classify.optimizer.lr"));
}

TEST_CASE("rows that are not tested") {
  const auto data = [](const char* name) {
    return [name](Json& record) {
      record["data"]["dataset"] = name;
      record["config"]["data"]["dataset"]["type"] = name;
      record["data"]["splits"]["test"]["indices_sha256"] = sha256_hex(name);
    };
  };
  told_of("tested on other data than", rates(data("mnist"), data("fashion_mnist")),
          rates(data("mnist"), data("mnist")), options({"accuracy"}, "lr=0.1"));
}

TEST_CASE("a star or none heads rows without a baseline") {
  const std::vector<double> low = {0.80, 0.81, 0.82}, middle = {0.85, 0.86, 0.87};
  const std::vector<double> high = {0.950, 0.951, 0.952}, wide = {0.70, 0.95, 1.0};
  told_of("No row stands out in accuracy.", accuracies({{0.1, low}, {1, middle}, {10, wide}}),
          accuracies({{0.1, low}, {1, middle}, {10, high}}), options({"accuracy"}));
}

TEST_CASE("each verdict on pretraining") {
  const auto asked = options({"accuracy"}, "strategy=none");
  told_of("Pretraining is not shown to help", pretrained(noise_alone), pretrained(helps), asked);
  told_of("Pretraining changes nothing: ", pretrained(no_gain), pretrained(helps), asked);
  const auto rounding = [](int64_t seed) { return 1e-9 * double(1 + seed); };
  told_of("Pretraining changes nothing but rounding", pretrained(rounding), pretrained(no_gain),
          asked);
  // One seed far beyond the others makes the spread that large that the t-test sees nothing.
  const auto outlier = [](int64_t seed) { return seed == 0 ? -0.01 : 0.01 + 0.001 * double(seed); };
  const auto beyond = [](int64_t seed) { return seed == 0 ? 0.5 : 0.01 + 0.001 * double(seed); };
  told_of("The tests disagree on whether pretraining helps", pretrained(beyond),
          pretrained(outlier), asked);
  told_of("seeds would do", pretrained(helps, 2), pretrained(helps), asked);
  const auto tiny = [](int64_t seed) { return seed == 0 ? 0.0301 : -0.03; };
  told_of("would need more than 60 seeds", pretrained(tiny, 2), pretrained(helps, 2), asked);
}

TEST_CASE("rows that mix settings have differences of what agrees") {
  const auto mixing = [](bool mixes) {
    Runs runs;
    for (const char* strategy : {"none", "greedy"})
      for (const double lr : {0.1, 1.0})
        for (int64_t seed = 0; seed < 3; ++seed) {
          RunSpec spec;
          spec.strategy = strategy;
          spec.lr = mixes ? lr : 0.1;
          spec.seed = mixes ? seed : seed + (lr > 0.5 ? 3 : 0);
          runs.push_back(run(spec));
        }
    return runs;
  };
  CompareOptions asked = options({"accuracy"}, "strategy=none");
  asked.by = {"pretrain.strategy"};
  told_of("the two need not agree", mixing(true), mixing(false), asked);
}
