// A component that misbehaves while it trains ends the run with its name and stage; the record is
// closed.
#include <doctest/doctest.h>

#include <filesystem>

#include "strata/check/example.hpp"
#include "strata/core/layer.hpp"
#include "strata/core/strategy.hpp"
#include "strata/record/record.hpp"
#include "strata/run/runner.hpp"

using namespace strata;

namespace {

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

const Registration<Layer, Turncoat<Throwing>> throwing{"turns_throwing"};
const Registration<Layer, Turncoat<Mistaken>> mistaken{"turns_mistaken"};
const Registration<Layer, Turncoat<Flattened>> flattened{"turns_flat"};
const Registration<Layer, Turncoat<Undefined>> undefined{"turns_undefined"};
const Registration<Layer, Turncoat<Nan>> not_a_number{"turns_nan"};

/// A run of an encoder with this layer; its record as it lies on the disk.
Json record_of(const std::string& layer) {
  const std::string text =
      "name: misbehaving\n"
      "data: {dataset: synthetic_digits, train_size: 500, test_size: 100}\n"
      "encoder: [[{type: linear, units: 6}, " +
      layer +
      "]]\n"
      "pretrain: {epochs: 2}\n";
  Issues issues;
  LoadedExperiment experiment;
  experiment.tree = parse_yaml(std::make_shared<Source>(Source{"f.yaml", text}), issues);
  set_paths(experiment.tree);
  experiment.settings = read_params<Experiment>(experiment.tree, issues, Registry::instance());
  const Plan plan = make_plan(experiment.settings, experiment.tree, issues);
  REQUIRE(issues.format() == "");
  RunOptions options;
  options.out = std::filesystem::path(STRATA_BINARY_DIR) / "tests" / "misbehaving";
  options.quiet = true;
  const RunOutcome outcome = run_experiment(experiment, plan, options);
  return read_record(outcome.record);
}

}  // namespace

TEST_CASE("A layer that misbehaves while it trains is named, with its stage") {
  struct Case {
    std::string layer, status, error;
  };
  const std::string kIn = ", in stage 'pretrain-1' after 0 epochs";
  for (const Case& c : {
           Case{"turns_throwing", "failed",
                "layer encoder.0.1 (turns_throwing): out of patience" + kIn},
           Case{"turns_flat", "failed",
                "layer encoder.0.1 (turns_flat) gives 100x3, and said 100x6" + kIn},
           Case{"turns_undefined", "failed",
                "layer encoder.0.1 (turns_undefined) gives no tensor" + kIn},
           Case{
               "turns_nan", "diverged",
               "the loss became NaN in stage 'pretrain-1', epoch 1, step 3 of 5, at learning rate "
               "0.01; try a smaller one; it begins in the output of layer encoder.0.1 (turns_nan)"},
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
