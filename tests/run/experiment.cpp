#include "strata/run/experiment.hpp"

#include "run/small.hpp"
#include "strata/composition/compose.hpp"
#include "strata/parameters/describe.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// Every point of the example of `sweep` makes a run that can be planned.
void check_sweep_example(const std::string& example) {
  Issues issues;
  Node tree = parse_yaml(
      std::make_shared<Source>(Source{"base.yaml", std::string(kPlanned) + "sweep: " + example}),
      issues);
  std::vector<std::string> notes;
  const std::vector<SweepPoint> points = expand_sweep(tree, {}, {}, notes, issues);
  CHECK(points.size() == 8);
  for (const SweepPoint& point : points) {
    Node run = tree;
    for (const Override& override : point.overrides) apply_override(run, override, issues);
    set_paths(run);
    const Experiment settings = read_experiment(run, issues);
    if (issues.ok()) make_plan(settings, run, issues);
  }
  CHECK(issues.format() == "");
}

}  // namespace

TEST_CASE("the head that is not written follows from the loss") {
  const auto head = [](const std::string& classify) {
    const Loaded loaded = load_good(with(kPlanned, "classify: {}", classify));
    std::string types;
    for (const auto& layer : loaded.experiment.settings.classify->head) types += layer.type + " ";
    return types;
  };
  CHECK(head("classify: {}") == "linear log_softmax ");
  CHECK(head("classify: {loss: nll}") == "linear log_softmax ");
  CHECK(head("classify: {loss: cross_entropy}") == "linear ");
  CHECK(head("classify: {loss: cross_entropy, head: [relu, linear]}") == "relu linear ");
  // What is written stays, and is told that it does not suit.
  CHECK(
      mistakes(with(kPlanned, "classify: {}",
                    "classify: {loss: cross_entropy, head: [linear, log_softmax]}")) ==
      Lines{"7:18: cross_entropy takes the softmax itself; drop log_softmax from the head, or use "
            "nll (stage 'classify') (at classify.loss)"});
}

TEST_CASE("the example of each part of the file is right in its place") {
  const std::vector<Section> sections = sections_of(param_list<Experiment>());
  std::vector<std::string> paths;
  for (const Section& section : sections) {
    paths.push_back(section.path);
    CAPTURE(section.path);
    const std::string& example = section.keys->example;
    REQUIRE(!example.empty());
    if (section.keys->root) {
      CHECK(mistakes(example + "\n") == Lines{});
      continue;
    }
    if (section.path == "sweep") {
      check_sweep_example(example);
      continue;
    }
    if (section.path == "init_from") continue;  // needs a run; tests/run/init_from.cpp has one
    Issues issues;
    Override override;
    // Validation data is what early stopping goes by.
    Node tree =
        parse_yaml(std::make_shared<Source>(Source{
                       "base.yaml", with(kPlanned, "digits}", "digits, validation_size: 10}")}),
                   issues);
    REQUIRE(parse_override(section.path + "=" + (section.list ? "[" + example + "]" : example),
                           override, issues));
    apply_override(tree, override, issues);
    set_paths(tree);
    const Experiment settings = read_experiment(tree, issues);
    if (issues.ok()) make_plan(settings, tree, issues);
    CHECK(issues.format() == "");
  }
  CHECK(paths == Lines{"experiment", "checkpoint", "data", "init_from", "pretrain",
                       "pretrain.early_stopping", "pretrain.stages", "classify",
                       "classify.early_stopping", "sweep"});
}

TEST_CASE("a name that cannot be a folder's") {
  CHECK(mistakes(with(kPlanned, "name: plan", "name: ''")) ==
        Lines{"1:7: expected letters, digits, '.', '_' and '-' (it names a folder), got '' (at "
              "name)"});
  CHECK(mistakes(with(kPlanned, "name: plan", "name: a/b")) ==
        Lines{"1:7: expected letters, digits, '.', '_' and '-' (it names a folder), got 'a/b' (at "
              "name)"});
  CHECK(mistakes(with(with(kPlanned, "name: plan", "name: a/b"), "units: 8", "units: 0")) ==
        Lines{"4:28: must be at least 1, got 0 (at encoder[0][0].units)",
              "1:7: expected letters, digits, '.', '_' and '-' (it names a folder), got 'a/b' (at "
              "name)"});
  CHECK(mistakes(with(kPlanned, "name: plan", "name: " + std::string(255, 'a'))).empty());
  CHECK(mistakes(with(kPlanned, "name: plan", "name: " + std::string(256, 'a'))) ==
        Lines{"1:7: it names a folder, and may have at most 255 characters; it has 256 (at name)"});
}
