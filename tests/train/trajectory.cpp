// A whole run against numbers from outside strata: trajectory.py computes it from the definitions,
// in Python, and its output is kept in trajectory.json.
#include <fstream>

#include "strata/support/files.hpp"
#include "train/small.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const Json& trajectory() {
  static const Json json = Json::parse(read_file(STRATA_SOURCE_DIR "/tests/train/trajectory.json"));
  return json;
}

DeviceData trajectory_data(const at::TensorOptions& options) {
  DeviceData data;
  data.sample = {6};
  data.classes = 3;
  const Json& images = trajectory()["pixels"];
  std::vector<int64_t> bytes, labels = trajectory()["labels"].get<std::vector<int64_t>>();
  for (const Json& image : images)
    for (const Json& byte : image) bytes.push_back(byte.get<int64_t>());
  const auto count = static_cast<int64_t>(labels.size());
  data.train.pixels = at::tensor(bytes, at::kByte).view({count, 6}).to(options.device());
  data.train.labels = at::tensor(labels, at::kLong).to(options.device());
  data.train.samples = at::arange(count, at::kLong).to(options.device());
  data.test = data.train;
  return data;
}

/// Compares with the numbers of one stage: after each step the sum of squares of all that was drawn
/// so far in trajectory.py, after each epoch the loss.
class Comparison final : public Observer {
 public:
  Comparison(const Stack& stack, const Json& expected, double tolerance)
      : stack_(stack), expected_(expected), tolerance_(tolerance) {}

  void step_done(const StageSpec&, int64_t, int64_t, int64_t) override {
    double squares = 0;
    for (const auto& block : stack_.blocks())
      for (const Parameter& p : stack_.parameters({block->name}))
        squares += p.value.detach().to(at::kCPU, at::kDouble).square().sum().item<double>();
    CAPTURE(steps_);
    CHECK(std::abs(squares - expected_["squares"].at(steps_++).get<double>()) < tolerance_);
  }

  void epoch_done(const StageSpec&, const EpochResult& epoch) override {
    const double loss = expected_["losses"].at(static_cast<size_t>(epoch.epoch - 1)).get<double>();
    CHECK(std::abs(epoch.loss - loss) < tolerance_);
  }

  void finish() const {
    CHECK(steps_ == expected_["squares"].size());
    for (const auto& [name, values] : expected_["weights"].items()) {
      const std::string block = name.substr(0, name.rfind('.', name.rfind('.') - 1));
      for (const Parameter& p : stack_.parameters({block}))
        if (p.name == name) {
          CAPTURE(name);
          const auto numbers = values.get<std::vector<double>>();
          REQUIRE(p.value.numel() == static_cast<int64_t>(numbers.size()));
          CHECK(max_difference(p.value.flatten(), at::tensor(numbers, at::kDouble)) < tolerance_);
        }
    }
  }

 private:
  const Stack& stack_;
  const Json& expected_;
  double tolerance_;
  size_t steps_ = 0;
};

}  // namespace

TEST_CASE("two greedy stages and a classifier follow the numbers computed elsewhere") {
  on_each([](const at::TensorOptions& options) {
    const double tolerance = options.dtype() == at::kDouble ? 1e-10 : 2e-4;
    Stack stack =
        make_stack({{"{type: linear, units: 4}", "tanh"}, {"{type: linear, units: 3}", "tanh"}},
                   {6}, {"linear", "log_softmax"});
    const FitOptions fit_settings =
        fit_options(options, trajectory()["batch_size"], trajectory()["seed"].get<uint64_t>());
    build(stack, fit_settings);
    const int64_t epochs = trajectory()["epochs"];
    std::vector<StageSpec> specs =
        stages_of("{type: greedy, train: all}", 2, "{type: sgd, lr: 0.5, momentum: 0.9}", epochs);
    specs.push_back(classify_stage(2, "{type: adam, lr: 0.05}", epochs));
    REQUIRE(specs.size() == trajectory()["stages"].size());
    const DeviceData data = trajectory_data(options);
    for (size_t i = 0; i < specs.size(); ++i) {
      const Json& expected = trajectory()["stages"][i];
      CAPTURE(specs[i].name);
      CHECK(specs[i].name == expected["name"].get<std::string>());
      StageResult result{specs[i], false, {}};
      Comparison comparison(stack, expected, tolerance);
      fit(stack, specs[i], data, fit_settings, comparison, result);
      comparison.finish();
    }
  });
}
