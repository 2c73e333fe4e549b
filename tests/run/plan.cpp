#include "strata/run/plan.hpp"

#include <fmt/ranges.h>

#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

std::string join(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, " "));
}

/// "pretrain-2 codes, 10 epochs: [encoder.0] encoder.1 decoder.1"; all of these blocks train.
Lines stages(const std::string& text) {
  const Loaded loaded = load_good(text);
  Lines list;
  for (const StageSpec& stage : loaded.plan.stages) {
    CHECK(stage.trains == stage.blocks);
    CHECK((stage.kind == StageKind::classify) == (stage.target == Target::labels));
    list.push_back(fmt::format(
        "{} {}, {} epochs: {}{}", stage.name, target_name(stage.target), stage.epochs,
        stage.prefix.empty() ? "" : "[" + join(stage.prefix) + "] ", join(stage.blocks)));
  }
  return list;
}

const std::string kClassify = "classify labels, 10 epochs: encoder.0 encoder.1 head";

}  // namespace

TEST_CASE("each strategy's stages") {
  CHECK(stages(kPlanned) ==
        Lines{"pretrain-1 pixels, 10 epochs: encoder.0 decoder.0",
              "pretrain-2 pixels, 10 epochs: encoder.0 encoder.1 decoder.1 decoder.0", kClassify});
  CHECK(stages(with(kPlanned, kGreedy, "{type: greedy, train: new}")) ==
        Lines{"pretrain-1 pixels, 10 epochs: encoder.0 decoder.0",
              "pretrain-2 codes, 10 epochs: [encoder.0] encoder.1 decoder.1", kClassify});
  CHECK(stages(with(kPlanned, kGreedy, "end_to_end")) ==
        Lines{"pretrain pixels, 10 epochs: encoder.0 encoder.1 decoder.1 decoder.0", kClassify});
  CHECK(stages(with(kPlanned, kGreedy, "none")) == Lines{kClassify});
}

TEST_CASE("pretraining and classifying are each optional") {
  CHECK(stages(with(kPlanned, "classify: {}\n", "")) ==
        Lines{"pretrain-1 pixels, 10 epochs: encoder.0 decoder.0",
              "pretrain-2 pixels, 10 epochs: encoder.0 encoder.1 decoder.1 decoder.0"});
  CHECK(stages(with(kPlanned, "pretrain: {strategy: {type: greedy, train: all}}\n", "")) ==
        Lines{kClassify});
}

TEST_CASE("the head alone trains on codes of the frozen encoders") {
  const auto list = stages(with(kPlanned, "classify: {}", "classify: {train: head, epochs: 3}"));
  CHECK(list.back() == "classify labels, 3 epochs: [encoder.0 encoder.1] head");
}

TEST_CASE("epochs are one number for all stages, or one for each") {
  const auto list = stages(with(kPlanned, "all}}", "all}, epochs: [3, 7]}"));
  CHECK(list[0].find(", 3 epochs") != std::string::npos);
  CHECK(list[1].find(", 7 epochs") != std::string::npos);
}

TEST_CASE("a stage takes loss, optimizer and metrics from its part of the settings") {
  const Loaded loaded = load_good(
      with(with(kPlanned, "all}}", "all}, loss: bce, optimizer: {type: adam, lr: 0.25}}"),
           "classify: {}",
           "classify: {loss: cross_entropy, head: [linear], metrics: [confusion_matrix]}"));
  const StageSpec &pretrain = loaded.plan.stages[1], &classify = loaded.plan.stages[2];
  CHECK(pretrain.loss.type == "bce");
  CHECK(make(pretrain.optimizer)->common().lr == 0.25);
  CHECK(pretrain.metrics.at(0).type == "reconstruction_error");
  CHECK(classify.loss.type == "cross_entropy");
  CHECK(classify.optimizer.type == "sgd");
  CHECK(classify.metrics.at(0).type == "confusion_matrix");
}

TEST_CASE("under strategy none the other pretraining keys are accepted and unused") {
  const Loaded loaded = load_good(
      with(with(kPlanned, "{type: greedy, train: all}}",
                "none, loss: nll, epochs: [1, 2, 3], metrics: [accuracy], optimizer: adam}"),
           "units: 5}, tanh]", "units: 5}, log_softmax]"));  // has no mirror
  CHECK(loaded.plan.stages.size() == 1);
  CHECK_FALSE(loaded.plan.stack->has("decoder.0"));
}

TEST_CASE("a decoder may be written out") {
  const Loaded loaded = load_good(with(kPlanned, "pretrain:", R"(decoder:
  - [{type: linear, units: 784}, sigmoid]
  - [{type: linear, units: 8}]
pretrain:)"));
  const Block &outer = loaded.plan.stack->block("decoder.0"),
              &inner = loaded.plan.stack->block("decoder.1");
  CHECK(outer.layers[0].output == Shape{784});  // flat; the trainer gives it the images' shape
  CHECK(outer.output_range == Range{0, 1});
  CHECK(inner.layers.size() == 1);
  CHECK(inner.output == Shape{8});
}

TEST_CASE("the stack is described without allocating it") {
  const Loaded loaded =
      load_good(with(kPlanned, "units: 8", "units: 1000000000"));  // 6 TB a matrix
  CHECK(loaded.plan.stack->block("encoder.0").parameters() == 785'000'000'000);
  CHECK(loaded.plan.stack->parameters({"encoder.0"}).empty());
}

TEST_CASE("lists that are empty or of the wrong length") {
  CHECK(mistakes("name: e\ndata: {dataset: synthetic_digits}\nencoder: []\npretrain: {}\n") ==
        Lines{"3:10: expected at least one entry, a list of layers for each pair (at encoder)"});
  CHECK(mistakes(with(with(kPlanned, "[{type: linear, units: 5}, tanh]", "[]"), "classify: {}",
                      "classify: {head: []}")) ==
        Lines{"5:5: expected at least one layer (at encoder[1])",
              "7:18: expected at least one layer (at classify.head)"});
  CHECK(mistakes(with(kPlanned, "all}}", "all}, epochs: [3, 7, 9]}")) ==
        Lines{"6:58: strategy 'greedy' trains 2 stages here: expected one number, or a list of 2, "
              "got a list of 3 (at pretrain.epochs)"});
  CHECK(mistakes(with(kPlanned, kGreedy, "end_to_end, epochs: [3, 7]")) ==
        Lines{"6:42: strategy 'end_to_end' trains 1 stage here: expected one number, got a list of "
              "2 (at pretrain.epochs)"});
  CHECK(mistakes(with(kPlanned, kGreedy, "end_to_end, stages: [{}, {epochs: 2}]")) ==
        Lines{"6:47: strategy 'end_to_end' trains 1 stage here: expected at most one entry for "
              "each, got 2 (at pretrain.stages[1])"});
  CHECK(mistakes(with(kPlanned, "classify: {}", "classify: {epochs: [1, 2]}")) ==
        Lines{"7:20: expected one value, as classify is one stage; got a list of 2; to try each "
              "value: sweep: {classify.epochs: [1, 2]} (at classify.epochs)"});
  CHECK(
      mistakes(with(kPlanned, "all}}", "all}, stages: [{epochs: [1, 2]}]}")) ==
      Lines{"6:68: expected one value, as this entry is of one stage; got a list of 2; to try each "
            "value: sweep: {pretrain.stages[0].epochs: [1, 2]} (at pretrain.stages[0].epochs)"});
  CHECK(mistakes(with(kPlanned, "pretrain:", "decoder: [[tanh]]\npretrain:")) ==
        Lines{"6:10: expected 2 entries, one for each entry of 'encoder', got 1 (at decoder)"});
}

TEST_CASE("a decoder that does not rebuild its encoder's input") {
  CHECK(mistakes(with(kPlanned, "pretrain:",
                      "decoder: [[{type: linear, units: 783}], [], [tanh]]\npretrain:"))[0] ==
        "6:10: expected 2 entries, one for each entry of 'encoder', got 3 (at decoder)");
  CHECK(
      mistakes(
          with(kPlanned, "pretrain:", "decoder: [[{type: linear, units: 783}], []]\npretrain:")) ==
      Lines{
          "6:11: expected to rebuild encoder[0]'s input of shape 1x28x28, got 783 (at decoder[0])",
          "6:41: expected at least one layer (at decoder[1])"});
}

TEST_CASE("a head of another width than the classes") {
  CHECK(mistakes(with(kPlanned, "classify: {}",
                      "classify: {head: [{type: linear, units: 9}, log_softmax]}")) ==
        Lines{"7:18: expected 10 outputs, one for each class of 'synthetic_digits', got 9 (at "
              "classify.head)"});
}

TEST_CASE("nothing to do") {
  const std::string bare = kPlanned.substr(0, kPlanned.find("pretrain:"));
  CHECK(mistakes(bare) == Lines{"1:1: nothing to do: expected 'pretrain', 'classify' or both"});
  CHECK(
      mistakes(bare + "pretrain: {strategy: none}\n") ==
      Lines{"6:22: nothing to do: strategy 'none' trains no stage, and there is no 'classify' (at "
            "pretrain.strategy)"});
}

TEST_CASE("one part changed does not move how the others start") {
  const auto start = [](const std::string& text, const char* dtype = "float64") {
    Loaded loaded = load_good(text);
    loaded.plan.stack->build(5, std::string(dtype) == "float64" ? at::kDouble : at::kFloat,
                             at::kCPU);
    std::map<std::string, Tensor> values;
    for (const auto& block : loaded.plan.stack->blocks())
      for (const Parameter& p : loaded.plan.stack->parameters({block->name}))
        values[p.name] = p.value;
    return values;
  };
  const auto reference = start(kPlanned);
  REQUIRE(reference.size() == 10);
  const auto same = [&](const std::map<std::string, Tensor>& other, const Lines& blocks) {
    for (const auto& [name, value] : reference)
      for (const std::string& block : blocks)
        if (name.rfind(block + ".", 0) == 0) {
          CAPTURE(name);
          REQUIRE(other.count(name) == 1);
          CHECK(at::equal(value.to(other.at(name).scalar_type()), other.at(name)));
        }
  };
  const Lines pairs{"encoder.0", "encoder.1", "decoder.0", "decoder.1"},
      all{"encoder.0", "encoder.1", "decoder.0", "decoder.1", "head"};
  same(start(with(kPlanned, kGreedy, "end_to_end")), all);
  same(start(with(kPlanned, kGreedy, "none")), {"encoder.0", "encoder.1", "head"});
  same(start(with(kPlanned, "all}}", "all}, optimizer: adam, epochs: 3}")), all);
  same(start(kPlanned, "float32"), all);
  same(start(with(kPlanned, "classify: {}", "classify: {head: [relu, linear, log_softmax]}")),
       pairs);
  same(start(with(kPlanned, "pretrain:", "  - [{type: linear, units: 3}, relu]\npretrain:")),
       pairs);
  same(start(with(kPlanned, "units: 5", "units: 6")), {"encoder.0", "decoder.0"});
}
