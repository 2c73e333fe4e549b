// A component that misbehaves while it trains ends the run with its name and stage; the record is
// closed.
#include <doctest/doctest.h>
#include <torch/csrc/autograd/custom_function.h>

#include <filesystem>

#include "strata/contract/example.hpp"
#include "strata/core/layer.hpp"
#include "strata/core/strategy.hpp"
#include "strata/record/record.hpp"
#include "strata/run/runner.hpp"

using namespace strata;

namespace {

struct FaultyParams {
  static void declare(Declare<FaultyParams>& d) { d.doc("Made for a test."); }
};

/// A tanh that misbehaves in its third pass in training.
template <class Fault>
class Turncoat : public Activation {
 public:
  struct Params {
    static void declare(Declare<Params>& d) { d.doc("Made for a test."); }
  };
  explicit Turncoat(const Params&) {}
  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    return context.training && context.step >= 2 ? Fault::forward(x) : at::tanh(x);
  }
};

struct Throwing {
  static Tensor forward(const Tensor&) { throw std::runtime_error("out of patience"); }
};
struct Mistaken {  // LibTorch's own error, whose what() ends in a stack trace
  static Tensor forward(const Tensor& x) { return at::matmul(x, x); }
};
struct Flattened {
  static Tensor forward(const Tensor& x) { return x.narrow(1, 0, 3); }
};
struct Undefined {
  static Tensor forward(const Tensor&) { return {}; }
};
struct Nan {
  static Tensor forward(const Tensor& x) { return at::log(-x.abs() - 1); }
};

struct ThrowingANumber {
  static Tensor forward(const Tensor&) { throw 42; }
};
struct Detached {
  static Tensor forward(const Tensor& x) { return x.detach(); }
};

/// Twice its input, with a backward pass that goes wrong.
template <class Fault>
struct Doubling : torch::autograd::Function<Doubling<Fault>> {
  static Tensor forward(torch::autograd::AutogradContext*, const Tensor& x) { return x * 2; }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list gradients) {
    return {Fault::backward(gradients[0])};
  }
};
struct NoWayBack {
  static Tensor forward(const Tensor& x) { return Doubling<NoWayBack>::apply(x); }
  static Tensor backward(const Tensor&) { throw std::runtime_error("no way back"); }
};
struct NanBack {
  static Tensor forward(const Tensor& x) { return Doubling<NanBack>::apply(x); }
  static Tensor backward(const Tensor& g) { return at::log(-g.abs() - 1); }
};

/// Faults that a layer shows from its first pass on, in training or in evaluation alone.
template <class Fault, bool training>
class Always : public Activation {
 public:
  using Params = FaultyParams;
  explicit Always(const Params&) {}
  Tensor forward(const Tensor& x, const ForwardContext& context) const override {
    return context.training == training ? Fault::forward(x) : at::tanh(x);
  }
};

/// A layer that throws where it is asked about, not where it passes.
template <class Thrown, int place>
class Unhelpful : public Activation {
 public:
  using Params = FaultyParams;
  explicit Unhelpful(const Params&) { fail(0); }
  Shape configure(const Shape& input, const LayerContext&) override {
    fail(1);
    return input;
  }
  void build(ParameterFactory&) override { fail(2); }
  Range range() const override {
    fail(3);
    return {};
  }
  Tensor forward(const Tensor& x, const ForwardContext&) const override { return at::tanh(x); }

 private:
  static void fail(int here) {
    if (here == place) throw Thrown("not in the mood");
  }
};
struct ANumber {
  explicit ANumber(const char*) {}
};

/// Plans that end in nothing.
template <int fault>
class BadPlan : public Strategy {
 public:
  using Params = FaultyParams;
  explicit BadPlan(const Params&) {}
  std::optional<StageSpec> next(const StackDescription&,
                                const std::vector<StageResult>& done) const override {
    if (fault == 1) throw std::runtime_error("no plan");
    if (fault == 2 && done.size() == 1 && done.back().measured)
      throw std::runtime_error("no plan after the first");
    if (fault == 2 && done.size() == 2) return std::nullopt;
    StageSpec stage;
    stage.name = fault == 3 ? "again" : fmt::format("pretrain-{}", done.size() + 1);
    stage.target = Target::pixels;
    stage.blocks = stage.trains = {encoder_block(fault == 4 ? 99 : 0), decoder_block(0)};
    return stage;
  }
};

/// Data that are not what info() says.
template <int fault>
class BadData : public Dataset {
 public:
  using Params = FaultyParams;
  explicit BadData(const Params&) {}
  DatasetInfo info() const override { return {{1, 4, 4}, 2, {}}; }
  LoadedData load(const DataContext&) const override {
    if (fault == 1) throw std::runtime_error("disk on fire");
    if (fault == 2) throw 42;
    LoadedData data;
    for (Samples* part : {&data.train, &data.test}) {
      part->shape = {1, 4, 4};
      part->pixels.assign(fault == 3 ? 100 : 1600, 7);
      part->labels.assign(100, fault == 4 ? 9 : 1);
    }
    return data;
  }
};

const Registration<Layer, Turncoat<Throwing>> throwing{"turns_throwing"};
const Registration<Layer, Turncoat<ThrowingANumber>> throwing_a_number{"turns_throwing_a_number"};
const Registration<Layer, Always<Detached, true>> detached{"detached"};
const Registration<Layer, Always<NoWayBack, true>> no_way_back{"no_way_back"};
const Registration<Layer, Turncoat<NanBack>> nan_back{"turns_nan_back"};
const Registration<Layer, Always<Nan, false>> nan_evaluated{"nan_evaluated"};
const Registration<Layer, Always<Throwing, false>> throwing_evaluated{"throwing_evaluated"};
const Registration<Layer, Unhelpful<std::runtime_error, 0>> unhelpful_0{"throws_made"};
const Registration<Layer, Unhelpful<ANumber, 0>> unhelpful_number{"throws_a_number_made"};
const Registration<Layer, Unhelpful<LayerError, 0>> unhelpful_refusal{"refuses_made"};
const Registration<Layer, Unhelpful<std::runtime_error, 1>> unhelpful_1{"throws_configured"};
const Registration<Layer, Unhelpful<LayerError, 1>> unhelpful_layer{"refuses_configured"};
const Registration<Layer, Unhelpful<std::runtime_error, 2>> unhelpful_2{"throws_built"};
const Registration<Layer, Unhelpful<std::runtime_error, 3>> unhelpful_3{"throws_asked"};
const Registration<Strategy, BadPlan<0>> endless{"never_ends"};
const Registration<Strategy, BadPlan<1>> planless{"planless"};
const Registration<Strategy, BadPlan<2>> planless_later{"planless_later"};
const Registration<Strategy, BadPlan<3>> repeating{"repeating"};
const Registration<Strategy, BadPlan<4>> lost{"lost"};
const Registration<Dataset, BadData<1>> data_throws{"data_throws"};
const Registration<Dataset, BadData<2>> data_throws_a_number{"data_throws_a_number"};
const Registration<Dataset, BadData<3>> data_cut{"data_cut"};
const Registration<Dataset, BadData<4>> data_labels{"data_labels"};
const Registration<Layer, Turncoat<Mistaken>> mistaken{"turns_mistaken"};
const Registration<Layer, Turncoat<Flattened>> flattened{"turns_flat"};
const Registration<Layer, Turncoat<Undefined>> undefined{"turns_undefined"};
const Registration<Layer, Turncoat<Nan>> not_a_number{"turns_nan"};

struct Planned {
  LoadedExperiment experiment;
  Plan plan;
  Issues issues;
};

Planned planned(const std::string& text) {
  Planned result;
  Node& tree = result.experiment.tree;
  tree = parse_yaml(std::make_shared<Source>(Source{"f.yaml", text}), result.issues);
  set_paths(tree);
  result.experiment.settings = read_experiment(tree, result.issues);
  REQUIRE(result.issues.format() == "");
  result.plan = make_plan(result.experiment.settings, tree, result.issues);
  return result;
}

RunOutcome outcome_of_file(const std::string& text) {
  const Planned run = planned(text);
  REQUIRE(run.issues.format() == "");
  RunOptions options;
  options.out = std::filesystem::path(STRATA_BINARY_DIR) / "tests" / "misbehaving";
  options.quiet = true;
  options.again = true;  // an earlier run of the tests may have left one that goes on
  return run_experiment(run.experiment, run.plan, options);
}

/// A run's record as it lies on the disk.
Json record_of_file(const std::string& text) {
  return read_record(outcome_of_file(text).record);
}

std::string with_layer(const std::string& layer) {
  return "name: misbehaving\n"
         "data: {dataset: synthetic_digits, train_size: 500, test_size: 100}\n"
         "encoder: [[{type: linear, units: 6}, " +
         layer +
         "]]\n"
         "pretrain: {epochs: 2}\n";
}

Json record_of(const std::string& layer) {
  return record_of_file(with_layer(layer));
}

/// What planning finds, without the source line that follows.
std::string mistake_in(const std::string& text) {
  const std::string all = planned(text).issues.format();
  return all.substr(0, all.find('\n'));
}

}  // namespace

TEST_CASE("A layer that misbehaves while it trains is named, with its stage") {
  struct Case {
    std::string layer, status, error;
  };
  const std::string kIn = ", in stage 'pretrain-1', epoch 1, step 3 of 5";
  const std::string kNan = "the loss became NaN in stage 'pretrain-1', epoch 1, step ";
  for (const Case& c : {
           Case{"turns_throwing", "failed",
                "layer encoder.0.1 (turns_throwing): out of patience" + kIn},
           Case{"turns_throwing_a_number", "failed",
                "layer encoder.0.1 (turns_throwing_a_number): something that is no std::exception "
                "was thrown" +
                    kIn},
           Case{"turns_flat", "failed",
                "layer encoder.0.1 (turns_flat) gives 100x3, and said 100x6" + kIn},
           Case{"turns_undefined", "failed",
                "layer encoder.0.1 (turns_undefined) gives no tensor" + kIn},
           Case{"turns_nan", "diverged",
                kNan + "3 of 5, at learning rate 0.01; it begins in the output of layer "
                       "encoder.0.1 (turns_nan)"},
           Case{"turns_nan_back", "diverged",
                kNan + "4 of 5, at learning rate 0.01; the gradient of layer encoder.0.1 "
                       "(turns_nan_back) holds NaN or infinity"},
           Case{"nan_evaluated", "diverged",
                "the loss on the test set became NaN in stage 'pretrain-1', epoch 1, at learning "
                "rate 0.01; it begins in the output of layer encoder.0.1 (nan_evaluated)"},
           Case{"throwing_evaluated", "failed",
                "layer encoder.0.1 (throwing_evaluated): out of patience, in stage 'pretrain-1', "
                "epoch 1, in evaluation"},
           Case{"no_way_back", "failed",
                "layer encoder.0.1 (no_way_back): backward(): no way back, in stage 'pretrain-1', "
                "epoch 1, step 1 of 5"},
           Case{"detached", "failed",
                "layer encoder.0.1 (detached) passes no gradient: encoder.0.0.weight, "
                "encoder.0.0.bias get no gradient, in stage 'pretrain-1', epoch 1, step 1 of 5"},
       }) {
    CAPTURE(c.layer);
    const Json record = record_of(c.layer);
    CHECK(record["status"] == c.status);
    CHECK(record["error"] == c.error);
    CHECK(record["stages"].size() == 1);
    CHECK(record["stages"][0]["status"] == c.status);
    CHECK(record["timing"].contains("end"));
  }
  const Json record = record_of("turns_mistaken");
  const std::string error = record["error"];
  CHECK(error.rfind("layer encoder.0.1 (turns_mistaken): mat1 and mat2 shapes cannot be multiplied",
                    0) == 0);
  CHECK(error.find("frame #") == std::string::npos);  // no stack trace
}

TEST_CASE("A layer that throws where it is asked about is told with its place in the file") {
  const auto mistake = [](const std::string& layer) { return mistake_in(with_layer(layer)); };
  const auto told = [](const std::string& layer, const std::string& what) {
    return "f.yaml:3:38: error: layer '" + layer + "'" + what + " (at encoder[0][1])";
  };
  CHECK(mistake("throws_made") == told("throws_made", ": not in the mood"));
  CHECK(mistake("throws_a_number_made") ==
        told("throws_a_number_made", ": something that is no std::exception was thrown"));
  CHECK(mistake("refuses_made") == told("refuses_made", ": not in the mood"));
  CHECK(mistake("throws_configured") ==
        told("throws_configured", ": configure(): not in the mood"));
  CHECK(mistake("refuses_configured") ==
        told("refuses_configured", " does not fit: not in the mood"));
  CHECK(mistake("throws_built") == told("throws_built", ": build(): not in the mood"));
  CHECK(mistake("throws_asked") == told("throws_asked", ": range(): not in the mood"));
  CHECK(mistake("tanh") == "");  // though all of them were looked at for the end of its decoder
}

TEST_CASE("A strategy that plans nonsense, or without end, is named") {
  const auto with_strategy = [](const std::string& strategy) {
    std::string text = with_layer("tanh");
    return text.replace(text.find("{epochs: 2}"), 11, "{strategy: " + strategy + ", epochs: 1}");
  };
  const auto mistake = [&](const std::string& s) { return mistake_in(with_strategy(s)); };
  const auto told = [](const std::string& strategy, const std::string& what) {
    return "f.yaml:4:22: error: strategy '" + strategy + "': " + what + " (at pretrain.strategy)";
  };
  CHECK(mistake("never_ends") == told("never_ends", "it goes on after 1000 stages"));
  CHECK(mistake("planless") == told("planless", "next(): no plan"));
  CHECK(mistake("repeating") == told("repeating", "two stages are named 'again'"));
  CHECK(mistake("lost") == told("lost", "stage 'pretrain-1': encoder.99 cannot follow here"));
  const Json record = record_of_file(with_strategy("planless_later"));
  CHECK(record["status"] == "failed");
  CHECK(record["error"] ==
        "strategy 'planless_later': next(): no plan after the first, in stage 'pretrain-1' after 1 "
        "epoch");
}

TEST_CASE("Data that are not what their data set says end the run before it trains") {
  const auto error = [](const std::string& dataset) {
    const RunOutcome outcome = outcome_of_file("name: misbehaving\ndata: {dataset: " + dataset +
                                               "}\nencoder: [[{type: linear, units: 2}]]\n"
                                               "classify: {epochs: 1}\n");
    CHECK(outcome.status == "failed");
    return outcome.error;
  };
  CHECK(error("data_throws") == "dataset 'data_throws': load(): disk on fire");
  CHECK(error("data_throws_a_number") ==
        "dataset 'data_throws_a_number': load(): something that is no std::exception was thrown");
  CHECK(error("data_cut") ==
        "dataset 'data_cut': the training set has 100 labels but 100 bytes of pixels; 1600 are "
        "expected");
  CHECK(error("data_labels") ==
        "dataset 'data_labels': the training set has label 9, and there are 2 classes");
}
