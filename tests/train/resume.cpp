// A stage that goes on from its state, through the bytes of a file, ends with the bits of one that
// was never stopped, wherever it was stopped.
#include <cmath>
#include <set>

#include "train/keep_at.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const std::vector<std::vector<std::string>> kDropoutPairs{
    {"{type: linear, units: 5}", "tanh", "{type: dropout, rate: 0.25}"},
    {"{type: linear, units: 4}", "tanh"}};
const std::vector<std::string> kResumeHead{"linear", "log_softmax"};
const Shape kResumeSample{1, 3, 4};

struct Stage {
  StageSpec spec;
  bool with_head = false;
};

Stack built(const Stage& stage, const FitOptions& options) {
  Stack stack = make_stack(kDropoutPairs, kResumeSample,
                           stage.with_head ? kResumeHead : std::vector<std::string>());
  build(stack, options);
  return stack;
}

/// The stages that differ in what a state must hold.
std::vector<Stage> stages() {
  std::vector<Stage> all;
  const auto pretraining = [&](const std::string& strategy, size_t stage,
                               const std::string& optimizer) -> StageSpec& {
    all.push_back({stages_of(strategy, 2, optimizer, 3).at(stage)});
    all.back().spec.metrics = {slot<Metric>("reconstruction_error")};
    return all.back().spec;
  };
  pretraining("end_to_end", 0, "{type: sgd, lr: 0.5, momentum: 0.9, nesterov: true}");
  pretraining("{type: greedy, train: new}", 1, "{type: adam, lr: 0.01}");
  StageSpec& noisy = pretraining("{type: greedy, train: all}", 1, "{type: sgd, lr: 0.3}");
  noisy.corruption = slot<Corruption>("{type: masking, rate: 0.3}");
  noisy.penalties = {slot<Penalty>("{type: l1, weight: 0.1}")};

  all.push_back(
      {classify_stage(2, "{type: adam, lr: 0.05, clip_norm: 0.5, schedule: cosine}", 3), true});
  all.back().spec.keep = "best";
  all.push_back({classify_stage(2,
                                "{type: sgd, lr: 20, schedule: {type: plateau, patience: 1, "
                                "metric: loss, split: validation}}",
                                6),
                 true});
  all.back().spec.early_stopping = EarlyStopping();
  all.back().spec.early_stopping->patience = 2;
  all.back().spec.keep = "best";
  return all;
}

}  // namespace

TEST_CASE("resumed at any step of any epoch, a stage ends with the same bits and figures") {
  on_each([](const at::TensorOptions& options) {
    const FitOptions fit_with = fit_options(options, 8, 3);
    DeviceData data = make_data(33, 21, options);
    data.validation.samples = data.test.samples.narrow(0, 0, 6);
    data.test.samples = data.test.samples.narrow(0, 6, 6);
    Observer nobody;
    for (const Stage& stage : stages()) {
      Stack whole = built(stage, fit_with);
      StageResult expected{stage.spec, false, {}};
      KeepAt never(-1);
      fit(whole, stage.spec, data, fit_with, nobody, expected, nullptr, &never);
      const auto bits = copies(whole, stage.spec.blocks);
      REQUIRE(never.moments() >= 8);  // three steps an epoch, and the epochs' ends but the last's

      for (int moment = 0; moment < never.moments(); ++moment) {
        CAPTURE(stage.spec.name);
        CAPTURE(moment);
        Stack stopped = built(stage, fit_with);
        StageResult before{stage.spec, false, {}}, after = before;
        KeepAt keep(moment);
        fit(stopped, stage.spec, data, fit_with, nobody, before, nullptr, &keep);
        REQUIRE(keep.kept());

        Stack resumed = built(stage, fit_with);
        const ResumeFrom from = keep.resume();
        fit(resumed, stage.spec, data, fit_with, nobody, after, &from);
        CHECK(same_bits(copies(resumed, stage.spec.blocks), bits));
        CHECK(figures(after) == figures(expected));
      }
    }
  });
}

TEST_CASE("asked to stop within an evaluation too, the state is kept and goes on") {
  const FitOptions still = fit_options(at::kFloat, 8);
  const Stage stage{classify_stage(2, "{type: sgd, lr: 0.5}", 2), true};
  const DeviceData data = make_data(33, 21, at::kFloat);
  Observer nobody;
  Stack whole = built(stage, still);
  StageResult expected{stage.spec, false, {}};
  fit(whole, stage.spec, data, still, nobody, expected);

  // The third step is the first epoch's last: the request to stop is seen when its figures are
  // measured.
  std::atomic<bool> stop{false};
  class StopAt final : public Observer {
   public:
    explicit StopAt(std::atomic<bool>& stop) : stop_(stop) {}
    void step_done(const StageSpec&, int64_t, int64_t done, int64_t samples) override {
      stop_ = done == samples;
    }

   private:
    std::atomic<bool>& stop_;
  } observer(stop);
  FitOptions options = still;
  options.stop = &stop;
  KeepAt keep(-1);
  Stack stopped = built(stage, options);
  StageResult before{stage.spec, false, {}}, after = before;
  CHECK_THROWS_AS(fit(stopped, stage.spec, data, options, observer, before, nullptr, &keep),
                  Interrupted);
  REQUIRE(keep.kept());
  const ResumeFrom from = keep.resume();
  CHECK(from.state.epoch == 1);
  CHECK(from.state.step == 3);

  Stack resumed = built(stage, still);
  fit(resumed, stage.spec, data, still, nobody, after, &from);
  CHECK(same_bits(copies(resumed, stage.spec.blocks), copies(whole, stage.spec.blocks)));
  CHECK(figures(after) == figures(expected));
}

// A decoder of free values and a rate that grows the error a thousandfold a step: it is past 1e308
// some steps after the one that the stage went on from.
TEST_CASE("a stage that goes on and diverges says so as one that was never stopped") {
  const FitOptions options = fit_options(at::kDouble, 4);
  const StageSpec spec = stages_of("greedy", 1, "{type: sgd, lr: 1.0e+25}", 3)[0];
  const DeviceData data = make_data(33, 21, at::kDouble);
  Observer nobody;
  const auto message = [&](const ResumeFrom* from, Checkpointing* keep) -> std::string {
    Stack stack;
    stack.add("encoder.0", layers({"{type: linear, units: 5}"}), kResumeSample, {0, 1}, {});
    stack.add("decoder.0", layers({"{type: linear, units: 12}"}), {5}, {}, {});
    build(stack, options);
    StageResult result{spec, false, {}};
    try {
      fit(stack, spec, data, options, nobody, result, from, keep);
    } catch (const Diverged& e) {
      return e.what();
    }
    return "";
  };
  KeepAt keep(0);
  const std::string whole = message(nullptr, &keep);
  REQUIRE(keep.kept());
  const ResumeFrom from = keep.resume();
  CHECK(from.state.step == 1);
  CHECK(whole.find("epoch 1, step") != std::string::npos);
  CHECK(message(&from, nullptr) == whole);
}

TEST_CASE("a state of another stage is refused, with the name of its file") {
  const FitOptions options = fit_options(at::kFloat, 8);
  const Stage adam{classify_stage(2, "{type: adam, lr: 0.05}", 2), true};
  const Stage sgd{classify_stage(2, "{type: sgd, lr: 0.05}", 2), true};
  const DeviceData data = make_data(33, 21, at::kFloat);
  Observer nobody;
  KeepAt keep(0);
  Stack stack = built(adam, options);
  StageResult result{adam.spec, false, {}}, other{sgd.spec, false, {}};
  fit(stack, adam.spec, data, options, nobody, result, nullptr, &keep);
  const ResumeFrom from = keep.resume();
  Stack second = built(sgd, options);
  CHECK_THROWS_WITH_AS(fit(second, sgd.spec, data, options, nobody, other, &from),
                       doctest::Contains("state.json: it holds"), UserError);
}
