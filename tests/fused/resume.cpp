// What tests/train/resume.cpp shows of autograd, of the fused engine: stages of all its parts go on
// from any step with the same bits, and tell where a number was lost.
#include "fused/combination.hpp"
#include "train/keep_at.hpp"

namespace strata::testing {
namespace {

FitOptions fused_options(at::ScalarType dtype, int64_t batch_size) {
  FitOptions options = fit_options(dtype, batch_size);
  options.engines = {fused_engine(MatmulPrecision::highest)};
  return options;
}

/// What a stage of free values says when it diverges at this rate, on an engine.
std::string divergence(const FitOptions& options, const std::string& activation, double rate) {
  Stack stack;
  stack.add("encoder.0", layers({"{type: linear, units: 5}", activation}), {1, 3, 4}, {0, 1}, {});
  stack.add("decoder.0", layers({"{type: linear, units: 12}"}), {5}, {}, {});
  build(stack, options);
  Observer nobody;
  StageResult result{
      stages_of("greedy", 1, fmt::format("{{type: sgd, lr: {:.1e}}}", rate), 3)[0], false, {}};
  try {
    fit(stack, result.spec, make_data(33, 21, options.dtype), options, nobody, result);
  } catch (const Diverged& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("resumed at any step of any epoch, a fused stage ends with the same bits and figures") {
  Combinations combinations(7);
  Observer nobody;
  for (int i = 0; i < 12; ++i) {
    Combination made = combinations.next();
    made.batch_size = 8;
    made.spec.epochs = 3;
    const FitOptions options = fused_options(i % 2 == 0 ? at::kFloat : at::kDouble, 8);
    const DeviceData data = make_data(made.samples, made.samples - 6, options.dtype);
    const auto trained = [&](Checkpointing* keep, const ResumeFrom* from, StageResult& result) {
      Stack stack = made.stack();
      build(stack, options);
      result = {made.spec, false, {}};
      fit(stack, made.spec, data, options, nobody, result, from, keep);
      REQUIRE(result.engine["name"] == "fused");
      return copies(stack, made.spec.blocks);
    };
    CAPTURE(made.text());
    KeepAt never(-1);
    StageResult expected, resumed;
    const auto bits = trained(&never, nullptr, expected);
    for (int moment = 0; moment < never.moments(); ++moment) {
      CAPTURE(moment);
      KeepAt keep(moment);
      trained(&keep, nullptr, resumed);
      const ResumeFrom from = keep.resume();
      CHECK(same_bits(trained(nullptr, &from, resumed), bits));
      CHECK(figures(resumed) == figures(expected));
    }
  }
}

TEST_CASE("a fused stage that diverges says where a number was lost, in autograd's words") {
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble})
    for (const char* activation : {"tanh", "relu", "sigmoid"}) {
      const double rate = dtype == at::kFloat ? 1e30 : 1e200;
      CAPTURE(activation);
      const std::string expected = divergence(fit_options(dtype, 4), activation, rate);
      CHECK(expected.find("stage 'pretrain-1', epoch 1, step 2 of 6") != std::string::npos);
      CHECK(divergence(fused_options(dtype, 4), activation, rate) == expected);
    }
}

}  // namespace strata::testing
