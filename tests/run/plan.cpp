#include "strata/run/plan.hpp"

#include <fmt/ranges.h>

#include "folder.hpp"
#include "run/small.hpp"
#include "strata/config/compose.hpp"
#include "strata/config/describe.hpp"

using namespace strata;
using namespace strata::testing;
using Lines = std::vector<std::string>;

namespace {

const std::string kPlanned = R"(name: plan
data: {dataset: synthetic_digits}
encoder:
  - [{type: linear, units: 8}, tanh]
  - [{type: linear, units: 5}, tanh]
pretrain: {strategy: {type: greedy, train: all}}
classify: {}
)";

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
const std::string kGreedy = "{type: greedy, train: all}";

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

TEST_CASE("layers that do not fit are told at their place") {
  CHECK(mistakes(with(kPlanned, "{type: linear, units: 5}", "linear")) ==
        Lines{"5:6: layer 'linear' does not fit: units is missing (only a classifier's last layer "
              "knows how "
              "many it needs) (at encoder[1][0])"});
  CHECK(
      mistakes(with(kPlanned, "units: 5}, tanh]", "units: 5}, log_softmax]")) ==
      Lines{
          "5:32: no decoder follows from it: log_softmax cannot be mirrored; write the decoder out "
          "under 'decoder' (at encoder[1][1])"});
  CHECK(mistakes(with(kPlanned, "units: 8", "units: 4000000000000000000")) ==
        Lines{"4:6: layer 'linear' does not fit: its weight would hold 4000000000000000000x784 "
              "numbers, more than any memory does (at encoder[0][0])"});
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
        Lines{"7:20: expected one value, as classify is one stage; got a list of 2 (at "
              "classify.epochs)"});
  CHECK(mistakes(with(kPlanned, "all}}", "all}, stages: [{epochs: [1, 2]}]}")) ==
        Lines{"6:68: expected one value, as this entry is of one stage; got a list of 2 (at "
              "pretrain.stages[0].epochs)"});
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

TEST_CASE("more samples than the data set has are refused before it is read") {
  const std::string data = "data: {dataset: {type: synthetic_digits, train: 90, test: 20}";
  const auto sizes = [&](const std::string& more, const Host& host = {}) {
    return mistakes(with(kPlanned, "data: {dataset: synthetic_digits", data + more), host);
  };
  CHECK(sizes(", train_size: 80, validation_size: 10, test_size: 20").empty());
  CHECK(sizes(", train_size: 91, test_size: 21") ==
        Lines{"2:76: 91 is too many, expected at most 90 (the training set has 90) (at "
              "data.train_size)",
              "2:91: 21 is too many, expected at most 20 (the test set has 20) (at "
              "data.test_size)"});
  CHECK(
      sizes(", validation_size: 20, train_size: 80") ==
      Lines{"2:97: 80 is too many, expected at most 70 (the training set has 90, validation takes "
            "20) (at data.train_size)"});
  CHECK(sizes(", validation_size: 90") ==
        Lines{"2:81: 90 is too many, expected at most 89 (the training set has 90, of which one "
              "must be left) (at data.validation_size)"});
  CHECK(mistakes(with(kPlanned, "synthetic_digits", "mnist, train_size: 60001")) ==
        Lines{"2:36: 60001 is too many, expected at most 60000 (the training set has 60000) (at "
              "data.train_size)"});
}

TEST_CASE("the sizes of one's own files come from their headers, where the files are here") {
  const TemporaryFolder folder("headers");
  const std::string labels{"\0\0\10\1\0\0\0\7\0\0\0\0\0\0\0", 15};  // seven, in IDX
  std::ofstream(folder.path / "y", std::ios::binary) << labels;
  const std::string file =
      with(kPlanned, "dataset: synthetic_digits",
           "dataset: {type: idx, train: {images: x, labels: y}, test: {images: x, labels: y}, "
           "classes: 10, shape: [1, 28, 28]}, test_size: 8");
  CHECK(mistakes(file) == Lines{});
  CHECK(mistakes(file, {{folder.path.string()}}) ==
        Lines{"2:135: 8 is too many, expected at most 7 (the test set has 7) (at data.test_size)"});
}

TEST_CASE("layers that no memory holds are refused with what they would take") {
  const auto in = [](int64_t bytes, const std::string& file) {
    Host host;
    host.memory = bytes;
    return mistakes(file, host);
  };
  constexpr int64_t gib = int64_t{1} << 30;
  // 784 * 10^9 weights and 10^9 offsets of 4 bytes: 2924.3 GiB.
  CHECK(in(16 * gib, with(kPlanned, "units: 8", "units: 1000000000")) ==
        Lines{"4:28: the 785000000000 parameters of layer 'linear' would take 2.9 TiB of memory, "
              "and their gradients as much again; this machine has 16.0 GiB, expected a size that "
              "fits (at encoder[0][0].units)"});
  // 785 * 2^20 * 8 bytes = 6.1 GiB, and its gradients.
  const std::string large =
      with(with(kPlanned, "units: 8", "units: 1048576"), "name:", "dtype: float64\nname:");
  CHECK(in(12 * gib, large) ==
        Lines{"5:28: the 823132160 parameters of layer 'linear' would take 6.1 GiB of memory, and "
              "their gradients as much again; this machine has 12.0 GiB, expected a size that fits "
              "(at encoder[0][0].units)"});
  CHECK(in(13 * gib, large).empty());  // with the decoder's 6.1 GiB: 12.3 GiB
  // Four layers of 785 * 784 * 4 bytes, 2.35 MiB each, and the head's 31 KiB.
  CHECK(in(6 << 20, with(with(kPlanned, "units: 8", "units: 784"), "units: 5", "units: 784")) ==
        Lines{"4:28: the parameters of all layers would take 9.4 MiB of memory, 2.3 MiB of it in "
              "this layer; this machine has 6.0 MiB, expected a size that fits (at "
              "encoder[0][0].units)"});
}

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
  CHECK(paths == Lines{"experiment", "data", "pretrain", "pretrain.early_stopping",
                       "pretrain.stages", "classify", "classify.early_stopping", "sweep"});
}

TEST_CASE("losses that do not suit their stage") {
  CHECK(mistakes(with(kPlanned, "all}}", "all}, loss: nll}")) ==
        Lines{"6:56: nll needs labels, and this stage rebuilds its input; use mse or bce (stages "
              "'pretrain-1', 'pretrain-2') (at pretrain.loss)"});
  // images are in [0, 1], codes of tanh are not
  CHECK(mistakes(with(kPlanned, "all}}", "new}, loss: bce}")) ==
        Lines{"6:56: bce needs targets in [0, 1], and these codes can leave it; use mse (stage "
              "'pretrain-2') (at pretrain.loss)"});
  CHECK(
      mistakes(with(kPlanned, "classify: {}", "classify: {head: [linear]}")) ==
      Lines{"7:11: nll needs log-probabilities; end the head in log_softmax, or use cross_entropy "
            "(stage 'classify') (at classify.loss)"});
  CHECK(mistakes(with(kPlanned, "classify: {}", "classify: {loss: mse}")) ==
        Lines{"7:18: mse compares images or codes, not labels; use nll or cross_entropy (stage "
              "'classify') (at classify.loss)"});
}

TEST_CASE("metrics that do not suit their stage") {
  CHECK(mistakes(with(with(kPlanned, "all}}", "all}, epochs: 1, metrics: [accuracy]}"),
                      "classify: {}", "classify: {metrics: [accuracy, reconstruction_error]}")) ==
        Lines{"6:71: metric 'accuracy' cannot be measured against pixels (stages 'pretrain-1', "
              "'pretrain-2') (at pretrain.metrics[0])",
              "7:32: metric 'reconstruction_error' cannot be measured against labels (stage "
              "'classify') (at classify.metrics[1])"});
  // one mistake a key, though the stages object for different reasons
  CHECK(mistakes(with(kPlanned, "all}}", "new}, metrics: [accuracy]}")) ==
        Lines{"6:60: metric 'accuracy' cannot be measured against pixels (stage 'pretrain-1'); "
              "metric 'accuracy' cannot be measured against codes (stage 'pretrain-2') (at "
              "pretrain.metrics[0])"});
}

TEST_CASE("nothing to do") {
  const std::string bare = kPlanned.substr(0, kPlanned.find("pretrain:"));
  CHECK(mistakes(bare) == Lines{"1:1: nothing to do: expected 'pretrain', 'classify' or both"});
  CHECK(
      mistakes(bare + "pretrain: {strategy: none}\n") ==
      Lines{"6:22: nothing to do: strategy 'none' trains no stage, and there is no 'classify' (at "
            "pretrain.strategy)"});
}

TEST_CASE("mistakes of several parts come in one go") {
  CHECK(mistakes(with(with(kPlanned, "all}}", "all}, epochs: [1, 2, 3], loss: nll}"),
                      "classify: {}", "classify: {loss: mse}"))
            .size() == 3);
  const Lines two =
      mistakes(with(with(kPlanned, "name: plan", "name: plan\nsed: 3"), "units: 5", "units: 0"));
  REQUIRE(two.size() == 2);
  CHECK(two[0].find("2:1: unknown key 'sed'; did you mean 'seed'?") == 0);
  CHECK(two[1] == "6:28: must be at least 1, got 0 (at encoder[1][0].units)");
}

TEST_CASE("one wrong part does not hide what is wrong in the others") {
  CHECK(
      mistakes(with(with(with(kPlanned, "units: 5}, tanh]", "units: 5}, tahn]"), "all}}",
                         "all}, epochs: [1, 2, 3], early_stopping: {metric: f1}}"),
                    "classify: {}", "classify: {loss: mse, keep: bset}")) ==
      Lines{"5:32: unknown layer 'tahn'; did you mean 'tanh'? Known: conv2d, conv_transpose2d, "
            "dropout, flatten, linear, log_softmax, max_pool2d, relu, sigmoid, tanh, upsample (at "
            "encoder[1][1])",
            "7:29: unknown value 'bset'; did you mean 'best'? Known: last, best (at "
            "classify.keep)",
            "6:85: early_stopping needs validation data; set data.validation_size (stages "
            "'pretrain-1', 'pretrain-2') (at pretrain.early_stopping)",
            "6:94: early_stopping follows 'f1', which is not measured on validation data; known: "
            "loss, reconstruction_error (stages 'pretrain-1', 'pretrain-2') (at "
            "pretrain.early_stopping.metric)",
            "7:18: mse compares images or codes, not labels; use nll or cross_entropy (stage "
            "'classify') (at classify.loss)",
            "6:58: strategy 'greedy' trains 2 stages here: expected one number, or a list of 2, "
            "got a list of 3 (at pretrain.epochs)"});
  CHECK(mistakes(with(with(kPlanned, "synthetic_digits", "synthetic_digit"), "classify: {}",
                      "classify: {loss: mse}")) ==
        Lines{"2:17: unknown dataset 'synthetic_digit'; did you mean 'synthetic_digits'? Known: "
              "fashion_mnist, idx, image_folder, mnist, npy, synthetic_digits (at data.dataset)",
              "7:18: mse compares images or codes, not labels; use nll or cross_entropy (stage "
              "'classify') (at classify.loss)"});
}

TEST_CASE("layers whose input is not known are checked for what they refuse of any") {
  CHECK(mistakes(with(with(kPlanned, "{type: linear, units: 8}", "{type: linear, units: 0}"),
                      "{type: linear, units: 5}", "linear")) ==
        Lines{"4:28: must be at least 1, got 0 (at encoder[0][0].units)",
              "5:6: layer 'linear' does not fit: units is missing (only a classifier's last layer "
              "knows "
              "how many it needs) (at encoder[1][0])"});
  // A convolution refuses a vector, and takes images: what comes to it is not known.
  CHECK(mistakes(with(with(kPlanned, "units: 8", "units: 0"), "{type: linear, units: 5}",
                      "{type: conv2d, channels: 2, kernel: 3}"))
            .size() == 1);
  CHECK(mistakes(with(with(kPlanned, "{type: linear, units: 8}", "linear"),
                      "{type: linear, units: 5}", "linear"))
            .size() == 2);
}

TEST_CASE("a figure is followed by its own key, whatever is wrong beside it") {
  const std::string validated =
      with(kPlanned, "synthetic_digits}", "synthetic_digits, validation_size: 9}");
  CHECK(mistakes(with(validated, "classify: {}",
                      "classify: {early_stopping: {metric: acuracy, split: val}, keep: bset}")) ==
        Lines{"7:53: unknown value 'val'; did you mean 'validation'? Known: validation, test (at "
              "classify.early_stopping.split)",
              "7:65: unknown value 'bset'; did you mean 'best'? Known: last, best (at "
              "classify.keep)",
              "7:37: early_stopping follows 'acuracy', which is not measured; did you mean "
              "'accuracy'? Known: loss, nll, accuracy (stage 'classify') (at "
              "classify.early_stopping.metric)"});
  CHECK(mistakes(with(validated, "classify: {}",
                      "classify: {early_stopping: {metric: per_class_accuracy}, metrics: "
                      "[accuracy, per_class_accuracy, accuracy]}")) ==
        Lines{"7:98: metric 'accuracy' is given twice (stage 'classify') (at "
              "classify.metrics[2])",
              "7:37: early_stopping follows 'per_class_accuracy', which is not one number; known: "
              "loss, nll, accuracy (stage 'classify') (at classify.early_stopping.metric)"});
  // What does not suit the stage is no figure of it, and is not told twice.
  CHECK(mistakes(with(validated, "all}}",
                      "all}, loss: nll, metrics: [accuracy], early_stopping: {metric: f1}}")) ==
        Lines{"6:56: nll needs labels, and this stage rebuilds its input; use mse or bce (stages "
              "'pretrain-1', 'pretrain-2') (at pretrain.loss)",
              "6:71: metric 'accuracy' cannot be measured against pixels (stages 'pretrain-1', "
              "'pretrain-2') (at pretrain.metrics[0])",
              "6:107: early_stopping follows 'f1', which is not measured on validation data; "
              "known: loss (stages 'pretrain-1', 'pretrain-2') (at "
              "pretrain.early_stopping.metric)"});
  CHECK(mistakes(with(validated, "all}}",
                      "all}, metrics: [accuracy], early_stopping: {metric: accuracy}}"))
            .size() == 1);
  CHECK(mistakes(with(kPlanned, "classify: {}",
                      "classify: {optimizer: {type: sgd, schedule: {type: warmup, then: {type: "
                      "plateau, split: validation}}}}")) ==
        Lines{"7:89: schedule 'plateau' needs validation data; set data.validation_size (stage "
              "'classify') (at classify.optimizer.schedule.then.split)"});
}

TEST_CASE("settings without the effect that they seem to have are noted") {
  const auto notes = [](const std::string& text) { return load_good(text).plan.notes; };
  const std::string plain =
      with(kPlanned, "synthetic_digits}", "synthetic_digits, validation_size: 9}");
  const auto pretrained = [&](const std::string& settings) {
    return notes(with(plain, "all}}", "all}, " + settings + "}"));
  };
  CHECK(notes(plain).empty());
  const std::string stopped = "early_stopping: {patience: 50}";
  CHECK(
      pretrained("epochs: [1, 20], " + stopped) ==
      Lines{"small.yaml:6:94: note: a patience of 50 never ends early: 'pretrain-1' (1 epoch) and "
            "'pretrain-2' (20 epochs)"});
  CHECK(pretrained("epochs: [20, 52], " + stopped).size() == 1);
  CHECK(pretrained("epochs: 52, " + stopped).empty());
  CHECK(pretrained("epochs: 51, " + stopped).size() == 1);  // its end is the stage's own
  CHECK(pretrained("epochs: 9, keep: best, " + stopped).empty());
  const auto warmed = [&](const std::string& epochs) {
    return notes(with(
        plain, "classify: {}",
        "classify: {epochs: 2, optimizer: {schedule: {type: warmup, epochs: " + epochs + "}}}"));
  };
  CHECK(warmed("2.5") == Lines{"small.yaml:7:68: note: a warm-up of 2.5 epochs is not over at the "
                               "end of 'classify' (2 epochs)"});
  CHECK(warmed("2").empty());

  CHECK(pretrained("epochs: 3, penalties: [l1], optimizer: adam, stages: [{epochs: 1, penalties: "
                   "[]}, {epochs: 2, penalties: null, optimizer: sgd}]") ==
        Lines{"small.yaml:6:58: note: 'pretrain.epochs' has no effect: each stage has its own in "
              "'pretrain.stages'"});
  CHECK(pretrained("stages: [{epochs: 1}, {epochs: 2}]").empty());
  CHECK(pretrained("epochs: 3, stages: [{epochs: 1}]").empty());
}

TEST_CASE("what is frozen can train there") {
  const std::string frozen = with(kPlanned, "all}}", "all}, freeze: [decoder.0]}");
  CHECK(mistakes(frozen).empty());
  CHECK(mistakes(with(frozen, kGreedy, "none")).empty());  // unused there
  CHECK(
      mistakes(with(kPlanned, "all}}", "all}, freeze: [head]}")) ==
      Lines{"6:59: 'head' does not train here; known: encoder.0, encoder.0.0, encoder.0.1, "
            "encoder.1, encoder.1.0, encoder.1.1, decoder.0, decoder.0.0, decoder.0.1, decoder.1, "
            "decoder.1.0, decoder.1.1 (at pretrain.freeze[0])"});
  CHECK(mistakes(with(kPlanned, "classify: {}", "classify: {freeze: [decoder.0]}")) ==
        Lines{"7:21: 'decoder.0' does not train here; known: encoder.0, encoder.0.0, encoder.0.1, "
              "encoder.1, encoder.1.0, encoder.1.1, head, head.0, head.1 (at classify.freeze[0])"});
  CHECK(mistakes(
            with(kPlanned, "classify: {}", "classify: {freeze: [encoder.0, encoder.1, head]}")) ==
        Lines{"7:20: nothing is left to train (stage 'classify') (at classify.freeze)"});
  // A name that is none freezes nothing.
  CHECK(mistakes(with(kPlanned, "classify: {}", "classify: {freeze: [encoder, head]}")) ==
        Lines{"7:21: no block or layer is called 'encoder'; did you mean 'encoder.0'? Known: "
              "encoder.0, encoder.0.0, encoder.0.1, encoder.1, encoder.1.0, encoder.1.1, head, "
              "head.0, head.1 (at classify.freeze[0])"});
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
