#include "strata/train/trainer.hpp"

#include <algorithm>

#include "features/experiment.hpp"
#include "strata/core/batches.hpp"
#include "strata/core/clip.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// One pair on 60 digits; `more` goes below `pretrain`, `root` to the root.
std::string one_pair(const std::string& more, const std::string& root = "",
                     const std::string& data = "batch_size: 20") {
  return fmt::format(
      "name: t\n"
      "data: {{dataset: {{type: synthetic_digits, train: 80, test: 20}}, train_size: 60, {}}}\n"
      "encoder: [[{{type: linear, units: 6}}, sigmoid]]\n"
      "{}\npretrain:\n  strategy: end_to_end\n{}\n",
      data, root, more);
}

std::string two_pairs(const std::string& more) {
  return "name: t\n"
         "data: {dataset: {type: synthetic_digits, train: 60, test: 20}, batch_size: 20}\n"
         "encoder: [[{type: linear, units: 6}, tanh], [{type: linear, units: 4}, tanh]]\n" +
         more;
}

const char* const kStill = "  optimizer: {type: sgd, lr: 1.0e-300}\n";

Tensor train_images(const Trained& run) {
  return gather_images(run.data.device.train.pixels, run.data.device.train.samples,
                       run.data.device.sample, run.options.dtype);
}

double tolerance(const at::TensorOptions& options) {
  return options.dtype() == at::kDouble ? 1e-12 : 1e-5;
}

}  // namespace

TEST_CASE("gradients are scaled down to the norm, and left alone below it") {
  on_each([](const at::TensorOptions& options) {
    std::vector<Parameter> parameters{{"a", tensor({0, 0}, {2}, options)},
                                      {"b", tensor({0}, {1}, options)},
                                      {"c", tensor({0}, {1}, options)}};
    parameters[0].value.mutable_grad() = tensor({2, -1}, {2}, options);
    parameters[1].value.mutable_grad() = tensor({2}, {1}, options);
    clip_gradients(parameters, 3.5);
    CHECK(max_difference(parameters[0].value.grad(), tensor({2, -1}, {2})) == 0);
    clip_gradients(parameters, 1.5);
    CHECK(max_difference(parameters[0].value.grad(), tensor({1, -0.5}, {2})) < 1e-6);
    CHECK(max_difference(parameters[1].value.grad(), tensor({1}, {1})) < 1e-6);
    CHECK(!parameters[2].value.grad().defined());
  });
}

TEST_CASE("clip_norm bounds a step of plain gradient descent") {
  on_each([](const at::TensorOptions& options) {
    Trained run(one_pair("  epochs: 1\n  optimizer: {type: sgd, lr: 1, clip_norm: 0.001}", "",
                         "batch_size: 60"),
                options);
    const auto parameters = run.plan.stack->parameters({"encoder.0", "decoder.0"});
    std::vector<Tensor> before;
    for (const Parameter& p : parameters) before.push_back(p.value.clone());
    run.run();
    double squares = 0;
    for (size_t i = 0; i < parameters.size(); ++i)
      squares += (parameters[i].value - before[i]).to(at::kDouble).pow(2).sum().item<double>();
    CHECK(std::sqrt(squares) == doctest::Approx(0.001).epsilon(1e-3));
  });
}

TEST_CASE("the schedule's rate is what the steps take, and the record shows the epoch's first") {
  on_each([](const at::TensorOptions& options) {
    Trained run(one_pair("  epochs: 3\n  optimizer: {type: sgd, lr: 0.5, schedule: "
                         "{type: step, every: 1, factor: 1.0e-200}}"),
                options);
    std::vector<Tensor> weights;
    run.after_epoch = [&](const StageSpec&, const EpochResult&) {
      weights.push_back(run.parameter("encoder.0.0.weight").detach().clone());
    };
    const Tensor start = run.parameter("encoder.0.0.weight").detach().clone();
    run.run();
    CHECK(run.done[0].epochs[0].learning_rate == 0.5);
    CHECK(run.done[0].epochs[1].learning_rate == doctest::Approx(0.5e-200));
    CHECK(!at::equal(weights[0], start));
    CHECK(at::equal(weights[1], weights[0]));
    CHECK(at::equal(weights[2], weights[0]));
  });
}

TEST_CASE("sequential order steps through the samples as they are") {
  on_each([](const at::TensorOptions& options) {
    const std::string yaml = one_pair("  epochs: 1\n  optimizer: {type: sgd, lr: 0.5}", "",
                                      "batch_size: 25, order: sequential");
    Trained run(yaml, options), by_hand(yaml, options);
    run.run();
    const auto parameters = by_hand.plan.stack->parameters({"encoder.0", "decoder.0"});
    const Tensor images = train_images(by_hand);
    for (const Parameter& p : parameters) p.value.set_requires_grad(true);
    for (const auto& [first, n] :
         std::vector<std::pair<int64_t, int64_t>>{{0, 25}, {25, 25}, {50, 10}}) {
      const Tensor x = images.narrow(0, first, n);
      at::mse_loss(by_hand.plan.stack->forward({"encoder.0", "decoder.0"}, x, {}), x).backward();
      for (const Parameter& p : parameters) {
        p.value.detach().sub_(p.value.grad(), 0.5);
        p.value.mutable_grad() = Tensor();
      }
    }
    for (const Parameter& p : parameters)
      CHECK(max_difference(p.value, run.parameter(p.name)) < tolerance(options));
  });
}

TEST_CASE("frozen layers keep every bit, with momentum and weight decay too") {
  on_each([](const at::TensorOptions& options) {
    Trained run(two_pairs("pretrain:\n"
                          "  strategy: {type: greedy, train: all}\n"
                          "  epochs: 2\n"
                          "  optimizer: {type: sgd, lr: 0.1, momentum: 0.5, weight_decay: 0.01}\n"
                          "  stages: [{}, {freeze: [encoder.0, decoder.0.0]}]\n"
                          "classify:\n"
                          "  epochs: 2\n"
                          "  optimizer: adam\n"
                          "  freeze: [encoder.1.0]\n"),
                options);
    std::map<std::string, std::map<std::string, Tensor>> after;  // stage -> parameter -> value
    run.after_epoch = [&](const StageSpec& spec, const EpochResult& epoch) {
      if (epoch.epoch != 2) return;
      for (const char* block : {"encoder.0", "encoder.1", "decoder.0", "decoder.1", "head"})
        for (const Parameter& p : run.plan.stack->parameters({block}))
          after[spec.name][p.name] = p.value.detach().clone();
    };
    run.run();
    const auto same = [&](const char* a, const char* b, const std::string& name) {
      return at::equal(after.at(a).at(name), after.at(b).at(name));
    };
    for (const char* kind : {".weight", ".bias"}) {
      CHECK(same("pretrain-1", "pretrain-2", std::string("encoder.0.0") + kind));
      CHECK(same("pretrain-1", "pretrain-2", std::string("decoder.0.0") + kind));
      CHECK(!same("pretrain-1", "pretrain-2", std::string("encoder.1.0") + kind));
      CHECK(!same("pretrain-1", "pretrain-2", std::string("decoder.1.0") + kind));
      CHECK(same("pretrain-2", "classify", std::string("encoder.1.0") + kind));
      CHECK(!same("pretrain-2", "classify", std::string("encoder.0.0") + kind));
    }
  });
}

TEST_CASE("early stopping waits for its patience, counted from the best epoch") {
  on_each([](const at::TensorOptions& options) {
    const std::string data = "batch_size: 20, validation_size: 20";
    const std::string stopping = "  epochs: 9\n  early_stopping: {patience: 3}\n";
    Trained still(one_pair(stopping + kStill, "", data), options);
    still.run();
    CHECK(still.done[0].epochs.size() == 4);
    CHECK(still.done[0].kept == 3);
    CHECK(still.done[0].spec.dump()["selection"] == Json{{"rule", "early_stopping"},
                                                         {"split", "validation"},
                                                         {"metric", "reconstruction_error"}});
    Trained learning(one_pair(stopping + "  optimizer: {type: sgd, lr: 0.1}", "", data), options);
    CHECK(learning.run().done[0].epochs.size() == 9);
    Trained demanding(one_pair("  epochs: 9\n  early_stopping: {patience: 2, min_delta: 10}\n"
                               "  optimizer: {type: sgd, lr: 0.1}",
                               "", data),
                      options);
    CHECK(demanding.run().done[0].epochs.size() == 3);
  });
}

TEST_CASE("keep: best restores the epoch that was best on validation data, bit for bit") {
  on_each([](const at::TensorOptions& options) {
    Trained run(one_pair("  epochs: 5\n  keep: best\n  optimizer: {type: sgd, lr: 0.5, schedule: "
                         "{type: exponential, factor: 40}}",
                         "", "batch_size: 20, validation_size: 20"),
                options);
    std::vector<double> losses;
    std::vector<Tensor> weights;
    run.after_epoch = [&](const StageSpec&, const EpochResult& epoch) {
      losses.push_back(epoch.metrics["validation"]["reconstruction_error"].get<double>());
      weights.push_back(run.parameter("decoder.0.0.weight").detach().clone());
    };
    run.run();
    const auto best =
        static_cast<size_t>(std::min_element(losses.begin(), losses.end()) - losses.begin());
    REQUIRE(best != 4);  // the rates grow until the loss does
    CHECK(run.done[0].kept == best);
    CHECK(at::equal(run.parameter("decoder.0.0.weight"), weights[best]));
    CHECK(!at::equal(weights[4], weights[best]));
    CHECK(run.done[0].spec.dump()["selection"]["rule"] == "best_epoch");
  });
}

TEST_CASE("a figure where higher is better is followed upwards") {
  StageSpec spec;
  spec.loss = slot<Loss>("nll");
  spec.metrics = {slot<Metric>("accuracy"), slot<Metric>("confusion_matrix")};
  CHECK(figure_names(spec, "validation") == std::vector<std::string>{"loss", "nll", "accuracy"});
  CHECK(figure_names(spec, "train") == std::vector<std::string>{"loss"});
  EpochResult epoch;
  epoch.loss = 0.7;
  epoch.metrics = {{"validation", {{"nll", 0.5}, {"accuracy", 0.9}}}};
  CHECK(figure_value({"accuracy", "validation"}, spec, epoch) == -0.9);
  CHECK(figure_value({"loss", "validation"}, spec, epoch) == 0.5);
  CHECK(figure_value({"loss", "train"}, spec, epoch) == 0.7);
}

// With equal weights, what the tied weight takes in a step is the sum of what its two places take.
TEST_CASE("a tied weight is one parameter, whose gradient is that of both places") {
  on_each([](const at::TensorOptions& options) {
    const std::string more = "  epochs: 1\n  optimizer: {type: sgd, lr: 50}";
    Trained tied(one_pair(more, "tied: true", "batch_size: 60"), options);
    Trained untied(one_pair(more, "", "batch_size: 60"), options);
    const Tensor start = untied.parameter("encoder.0.0.weight").clone();
    untied.parameter("decoder.0.0.weight").copy_(start.t());
    CHECK(!tied.parameter("decoder.0.0.weight").defined());
    CHECK(tied.plan.stack->block("decoder.0").parameters() == 784);
    CHECK(untied.plan.stack->block("decoder.0").parameters() == 784 + 784 * 6);
    CHECK(tied.plan.stack->parameters({"encoder.0", "decoder.0"}).size() == 3);
    tied.run();
    untied.run();
    const Tensor moved = (untied.parameter("encoder.0.0.weight") - start) +
                         (untied.parameter("decoder.0.0.weight").t() - start);
    CHECK(max_difference(tied.parameter("encoder.0.0.weight"), start + moved) < tolerance(options));
    CHECK(max_difference(tied.parameter("decoder.0.0.bias"), untied.parameter("decoder.0.0.bias")) <
          tolerance(options));
    CHECK(moved.abs().max().item<double>() > 1e-3);
  });
}

TEST_CASE("each term is recorded apart and unweighted, and the loss is their weighted sum") {
  on_each([](const at::TensorOptions& options) {
    Trained run(
        one_pair(std::string(kStill) + "  epochs: 1\n  penalties: [{type: l1, weight: 0.25}, "
                                       "{type: kl_sparsity, weight: 2, target: 0.1}]",
                 "", "batch_size: 60"),
        options);
    const Tensor x = train_images(run).to(at::kDouble);
    run.run();
    const Tensor code =
        at::sigmoid(at::linear(x.flatten(1), run.parameter("encoder.0.0.weight").to(at::kDouble),
                               run.parameter("encoder.0.0.bias").to(at::kDouble)));
    const Tensor q = code.mean(0);
    const double l1 = code.abs().sum(1).mean().item<double>();
    const double kl = (0.1 * (0.1 / q).log() + 0.9 * (0.9 / (1 - q)).log()).sum().item<double>();
    const EpochResult& epoch = run.done[0].epochs[0];
    REQUIRE(epoch.terms.size() == 3);
    CHECK(epoch.terms["l1"].get<double>() == doctest::Approx(l1));
    CHECK(epoch.terms["kl_sparsity"].get<double>() == doctest::Approx(kl));
    CHECK(epoch.loss ==
          doctest::Approx(epoch.terms["reconstruction_error"].get<double>() + 0.25 * l1 + 2 * kl));
  });
}

TEST_CASE("a penalty pulls its way") {
  const auto sparsity = [](const char* weight) {
    Trained run(one_pair(fmt::format("  epochs: 20\n  optimizer: {{type: sgd, lr: 0.5}}\n  "
                                     "penalties: [{{type: kl_sparsity, weight: {}, target: 0.1}}]",
                                     weight)),
                at::kDouble);
    return run.run().done[0].epochs.back().terms["kl_sparsity"].get<double>();
  };
  CHECK(sparsity("0.1") < 0.1 * sparsity("0"));
}

// A corruption that loses everything leaves nothing but the target to tell the inputs apart.
TEST_CASE("the input is spoilt and the target is clean, images and codes alike") {
  on_each([](const at::TensorOptions& options) {
    Trained run(two_pairs("pretrain:\n  strategy: greedy\n  epochs: 1\n" + std::string(kStill) +
                          "  corruption: {type: masking, rate: 1}\n"),
                options);
    run.run();
    const Stack& stack = *run.plan.stack;
    const Tensor x = train_images(run);
    const Tensor code = stack.forward({"encoder.0"}, x, {});
    const auto loss = [&](const std::vector<std::string>& blocks, const Tensor& clean) {
      return at::mse_loss(stack.forward(blocks, at::zeros_like(clean), {}), clean).item<double>();
    };
    CHECK(run.done[0].epochs[0].loss ==
          doctest::Approx(loss({"encoder.0", "decoder.0"}, x)).epsilon(1e-5));
    CHECK(run.done[1].epochs[0].loss ==
          doctest::Approx(loss({"encoder.1", "decoder.1"}, code)).epsilon(1e-5));
    const DeviceSplit& test = run.data.device.test;  // measured on clean images
    const Tensor images =
        gather_images(test.pixels, test.samples, run.data.device.sample, run.options.dtype);
    const double clean =
        at::mse_loss(stack.forward({"encoder.0", "decoder.0"}, images, {}), images).item<double>();
    REQUIRE(std::abs(clean - loss({"encoder.0", "decoder.0"}, images)) > 1e-5);
    CHECK(run.done[0].epochs[0].metrics["test"]["reconstruction_error"].get<double>() ==
          doctest::Approx(clean).epsilon(2e-6));
  });
}
