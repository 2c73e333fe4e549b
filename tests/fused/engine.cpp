#include "strata/fused/engine.hpp"

#include "fused/combination.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

const std::vector<StepMaker> kFused{fused_engine(MatmulPrecision::highest)};

int64_t epochs_for(const Combination& made, int64_t steps) {
  const int64_t training = made.samples - 6;
  const int64_t of_epoch = (training + made.batch_size - 1) / made.batch_size;
  return (steps + of_epoch - 1) / of_epoch;
}

/// The largest difference between the figures of two trainings, where both are numbers.
double figures_apart(const StageResult& a, const StageResult& b) {
  double most = 0;
  for (size_t i = 0; i < a.epochs.size(); ++i) {
    most = std::max(most, std::abs(a.epochs[i].loss - b.epochs[i].loss));
    for (const char* split : {"train", "test"}) {
      const Json flat = a.epochs[i].metrics[split].flatten();
      const Json other = b.epochs[i].metrics[split].flatten();
      REQUIRE(flat.size() == other.size());
      for (const auto& [key, value] : flat.items())
        if (value.is_number())
          most = std::max(most, std::abs(value.get<double>() - other.at(key).get<double>()));
        else
          CHECK(value == other.at(key));
    }
  }
  return most;
}

}  // namespace

TEST_CASE("both engines make the same gradients, of whatever a stage is made") {
  Combinations combinations(1);
  for (int i = 0; i < 150; ++i) {
    Combination made = combinations.next("{type: sgd, lr: 1}");
    made.batch_size = 100;  // one step: parameters move by their gradients
    CAPTURE(made.text());
    const Trained fused = trained_by(made, kFused, at::kDouble, 1);
    const Trained reference = trained_by(made, {}, at::kDouble, 1);
    REQUIRE(fused.result.engine["name"] == "fused");
    REQUIRE(reference.result.engine["name"] == "autograd");
    CHECK(distance(fused.parameters, reference.parameters) < 1e-10);
    CHECK(figures_apart(fused.result, reference.result) < 1e-10);
  }
}

TEST_CASE("200 steps by any optimizer stay where autograd's stay") {
  Combinations combinations(2);
  for (int i = 0; i < 40; ++i) {
    const Combination made = combinations.next();
    const int64_t epochs = epochs_for(made, 200);
    CAPTURE(made.text());
    const Trained fused = trained_by(made, kFused, at::kDouble, epochs);
    const Trained reference = trained_by(made, {}, at::kDouble, epochs);
    CHECK(distance(fused.parameters, reference.parameters) < 1e-10);
    CHECK(figures_apart(fused.result, reference.result) < 1e-10);
  }
}

TEST_CASE("in float32 the gradients differ by rounding") {
  Combinations combinations(6);
  for (int i = 0; i < 150; ++i) {
    Combination made = combinations.next("{type: sgd, lr: 1}");
    made.batch_size = 100;
    CAPTURE(made.text());
    const Trained fused = trained_by(made, kFused, at::kFloat, 1);
    const Trained reference = trained_by(made, {}, at::kFloat, 1);
    CHECK(distance(fused.parameters, reference.parameters) < 1e-6);
    CHECK(figures_apart(fused.result, reference.result) < 2e-6);
  }
}

// How far rounding alone leads is told by the distance between autograd in float32 and in float64.
// No relu: rounding that carries a unit over its kink leads anywhere.
TEST_CASE("200 steps in float32 end no further away than rounding leads") {
  Combinations combinations(3, {"tanh", "sigmoid"});
  for (int i = 0; i < 40; ++i) {
    const Combination made = combinations.next();
    const int64_t epochs = epochs_for(made, 200);
    CAPTURE(made.text());
    const Trained fused = trained_by(made, kFused, at::kFloat, epochs);
    const Trained reference = trained_by(made, {}, at::kFloat, epochs);
    const Trained exact = trained_by(made, {}, at::kDouble, epochs);
    const double rounding = distance(reference.parameters, exact.parameters);
    CHECK(distance(fused.parameters, reference.parameters) < 10 * rounding + 1e-6);
  }
}

TEST_CASE("bfloat16 factors change a training by no more than their digits") {
  if (!multiplies_bfloat16()) return;
  Combinations combinations(4);
  for (int i = 0; i < 20; ++i) {
    const Combination made = combinations.next("{type: sgd, lr: 0.1}");
    CAPTURE(made.text());
    const Trained fused =
        trained_by(made, {fused_engine(MatmulPrecision::medium)}, at::kFloat, epochs_for(made, 20));
    const Trained reference = trained_by(made, {}, at::kFloat, epochs_for(made, 20));
    CHECK(fused.result.engine["factors"] == "bfloat16");
    const double apart = distance(fused.parameters, reference.parameters);
    CHECK(apart > 0);
    CHECK(apart < 0.02);
  }
}

TEST_CASE(
    "the same bits come of the same seed and threads, and of a batch cut otherwise in passes") {
  Combinations combinations(5);
  for (int i = 0; i < 10; ++i) {
    const Combination made = combinations.next();
    CAPTURE(made.text());
    const Trained once = trained_by(made, kFused, at::kFloat, 5);
    const Trained again = trained_by(made, kFused, at::kFloat, 5);
    CHECK(same_bits(once.parameters, again.parameters));
  }
}

TEST_CASE("a stage that the engine does not know says why it runs on autograd") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> stacks{
      {{"{type: conv2d, channels: 2}", "relu"}, "layer encoder.0.0 (conv2d)"},
      {{"tanh", "{type: linear, units: 4}"},
       "layer encoder.0.0 (tanh), which follows no linear layer"},
      {{"{type: linear, units: 4}", "tanh", "relu"},
       "layer encoder.0.2 (relu), which follows no linear layer"},
      {{"{type: linear, units: 4}", "{type: dropout, rate: 0.5}"}, "layer encoder.0.1 (dropout)"},
  };
  for (const auto& [encoder, why] : stacks) {
    Combination made;
    made.pairs = {encoder};
    made.spec = stages_of("end_to_end", 1, "sgd", 1)[0];
    made.samples = 20;
    made.batch_size = 5;
    const Trained trained = trained_by(made, kFused, at::kFloat, 1);
    CHECK(trained.result.engine == Json{{"name", "autograd"}, {"why", why}});
    CHECK(why_not_fused(made.stack(), made.spec, at::kCPU) == why);
  }
}
