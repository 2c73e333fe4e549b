// What `show` says of experiment files and of runs, and what it refuses.
#include <doctest/doctest.h>

#include <set>

#include "command/workplace.hpp"

using namespace strata;
using namespace strata::testing;
namespace fs = std::filesystem;

namespace {

const std::string kConvolutional = R"(name: small
data: {dataset: {type: synthetic_digits, train: 60, test: 30}, batch_size: 20, validation_size: 20}
encoder:
  - [{type: conv2d, channels: 4, padding: 1}, sigmoid, max_pool2d, {type: linear, units: 8}, sigmoid]
tied: true
pretrain:
  optimizer: {type: sgd, lr: 0.5, schedule: {type: step, every: 2, factor: 0.5}}
  epochs: 1
  corruption: {type: masking, rate: 0.3}
  penalties: [{type: l1, weight: 0.001}]
  freeze: [encoder.0.0]
classify: {epochs: 40, optimizer: {type: sgd, lr: 0.1}, keep: best, early_stopping: {patience: 1, min_delta: 5}}
)";

}  // namespace

TEST_CASE("show FILE: how each stage trains, what is frozen, tied and mirrored") {
  const Workplace place(kConvolutional);
  const CommandResult shown = place.run({"show", "small.yaml"});
  CHECK(shown.err ==
        "small.yaml:7:65: note: a step every 2 epochs never comes: 'pretrain-1' (1 epoch)\n");
  CHECK(contains(shown.out,
                 "  pretrain-1  encoder.0 (encoder.0.0 frozen) -> decoder.0 on pixels; loss mse + "
                 "0.001 l1; sgd lr\n"
                 "              0.5; schedule step(every 2, factor 0.5); corruption masking(rate "
                 "0.3); tied; 1 epoch\n"
                 "  classify    encoder.0 -> head on labels; loss nll; sgd lr 0.1; early stopping "
                 "by validation loss\n"
                 "              (patience 1); 40 epochs; keeps the best epoch\n"));
  CHECK(contains(
      shown.out,
      "  decoder.0.0    linear                    8 -> 4x14x14           784 parameters, tied to "
      "encoder.0.3\n"
      "    mirror: units 784, bias true, weight_init fan_in_uniform, bias_init fan_in_uniform\n"
      "  decoder.0.1    sigmoid             4x14x14 -> 4x14x14             0 parameters\n"
      "  decoder.0.2    upsample            4x14x14 -> 4x28x28             0 parameters\n"
      "    mirror: height 28, width 28\n"
      "  decoder.0.3    conv_transpose2d    4x28x28 -> 1x28x28             1 parameter, tied to "
      "encoder.0.0\n"
      "    mirror: channels 1, kernel 3, stride 1, padding 1, bias true, weight_init "
      "fan_in_uniform,\n"
      "      bias_init fan_in_uniform, output_padding 0\n"));
}

TEST_CASE(
    "show FILE: a mirror takes over the weights' initializer, its sides apart, and no bias's") {
  const Workplace place(
      with(kConvolutional, "channels: 4, padding: 1",
           "channels: 4, kernel: [3, 5], stride: [1, 2], weight_init: {type: normal, std: 0.5}, "
           "bias_init: {type: normal, mean: 3}"));
  const CommandResult shown =
      place.run({"show", "small.yaml", "--set", "encoder[0][2]=flatten"}, {"COLUMNS=200"});
  CHECK_MESSAGE(
      contains(shown.out, "    mirror: channels 1, kernel [3,5], stride [1,2], padding 0, "),
      shown.out);
  CHECK(contains(shown.out, "\"std\":0.5"));
  CHECK(contains(shown.out, ", bias_init fan_in_uniform, output_padding [0,1]\n"));
}

TEST_CASE("the engine of each stage: shown before, recorded after, and forced for --jobs too") {
  const Workplace plain, convolutional(kConvolutional);
  CHECK(contains(plain.run({"show", "small.yaml"}).out,
                 "engine on a CPU:\n  pretrain-1  fused\n  classify    fused\n"));
  CHECK(contains(convolutional.run({"show", "small.yaml"}).out,
                 "  classify    autograd: layer encoder.0.0 (conv2d) is not known to the fused "
                 "one\n"));
  const std::vector<std::string> jobs{"run", "small.yaml", "-q", "--jobs", "2", "--seeds", "0-1"};
  const auto engines = [&](std::vector<std::string> command, const std::string& given) {
    if (!given.empty()) command.insert(command.end(), {"--engine", given, "--again"});
    REQUIRE(plain.run(command).code == 0);
    std::set<std::string> names;
    for (const auto& [name, record] : plain.records())
      for (const Json& stage : record["stages"])
        names.insert(record["provenance"]["engine"].get<std::string>() + " " +
                     stage["engine"]["name"].get<std::string>());
    return names;
  };
  CHECK(engines(jobs, "") == std::set<std::string>{"auto fused"});
  CHECK(engines(jobs, "autograd") == std::set<std::string>{"autograd autograd"});
  const CommandResult refused = plain.run({"run", "small.yaml", "--engine", "autograt"});
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "unknown value 'autograt'; did you mean 'autograd'?"));
}

TEST_CASE("show FILE: the columns hold, however long a key is") {
  const Workplace place(with(kFile, "lr: 0.5",
                             "lr: 0.5, schedule: {type: warmup, epochs: 1, then: {type: plateau, "
                             "metric: reconstruction_error, split: validation}}"));
  const CommandResult shown = place.run({"show", "small.yaml", "--set", "data.validation_size=10"});
  CHECK(shown.code == 0);
  CHECK(contains(shown.out, "  pretrain.optimizer.schedule.then.min_delta  0.0  "));
  size_t at = 0;
  for (const std::string& line : lines_of(shown.out)) {
    if (line == "stages:") break;
    const size_t end = line.find("default");
    if (end == std::string::npos) continue;
    if (at == 0) at = end;
    CAPTURE(line);
    CHECK(end == at);
  }
  CHECK(at > 0);
}

TEST_CASE("show FILE: a loss that is followed is told apart from the one with penalties") {
  const std::string stopped = "  epochs: 9\n  early_stopping: {patience: 2}\n";
  const Workplace place(with(kConvolutional, "  epochs: 1\n", stopped));
  CHECK(contains(place.run({"show", "small.yaml"}, {"COLUMNS=100"}).out,
                 "tied; early\n              stopping by validation loss without the penalties "
                 "(patience 2); 9 epochs\n"));
}

TEST_CASE("a stage that ends early says so as it runs and when it is shown; JSON has it whole") {
  const Workplace place(kConvolutional);
  const CommandResult run = place.run({"run", "small.yaml"});
  CHECK(run.code == 0);
  CHECK(contains(run.err, "\n  classify  stopped early after epoch 2 of 40; kept epoch 1\n"));
  CHECK(contains(run.err, "  pretrain-1  epoch 1/1  loss 0."));
  CHECK(contains(run.err, " (reconstruction_error 0."));
  const std::string folder = "results/" + place.records().begin()->first;
  const CommandResult shown = place.run({"show", folder}, {"COLUMNS=100"});
  CHECK(contains(shown.out,
                 "early stopping by validation loss\n              (patience 1); "
                 "stopped early after epoch 2 of 40 in "));
  CHECK(contains(shown.out, " s; kept epoch 1\n"));
  CHECK(contains(place.run({"show", folder}, {"COLUMNS=200"}).out,
                 "\n  decoder.0   8 -linear, tied-> 4x14x14 -sigmoid-> 4x14x14 "
                 "-upsample-> 4x28x28 -conv_transpose2d, tied-> 1x28x28"));
  CHECK(Json::parse(place.run({"show", folder, "--json"}).out) == place.record());
  CHECK(Json::parse(place.run({"show", folder, folder, "--json"}).out) ==
        Json::array({place.record(), place.record()}));
}

TEST_CASE("show refuses what does not apply to a run, or to a folder of runs") {
  const Workplace place;
  REQUIRE(place.run({"run", "small.yaml", "-q"}).code == 0);
  const std::string folder = "results/" + place.records().begin()->first;
  for (const std::string option : {"--set", "--sweep", "--seeds", "--plugin"}) {
    CAPTURE(option);
    const CommandResult run = place.run({"show", folder, option, "seed=3"});
    CHECK(run.code == 2);
    CHECK(run.out == "");
    CHECK(run.err == "strata: error: show takes " + option + " with an experiment file alone: '" +
                         folder + "' is a run, made with the settings that it has\n");
    CHECK(contains(place.run({"show", "results", option, "seed=3"}).err,
                   "'results' is a folder of runs, made with the settings that they have\n"));
  }
  const CommandResult list = place.run({"show", "results", "--json"});
  CHECK(list.code == 2);
  CHECK(list.err ==
        "strata: error: show takes --json with an experiment file or a run: 'results' is a folder "
        "of runs; all of them as JSON: strata compare --json results\n");
}

TEST_CASE("data that are not there are told once, before anything starts") {
  const Workplace place;
  place.write("lost.yaml", with(with(kFile, "name: small", "name: lost"),
                                "{type: synthetic_digits, train: 60, test: 30}", "mnist"));
  const std::vector<std::string> nowhere{"STRATA_DATA=", "XDG_CACHE_HOME=/nowhere"};
  const std::string said =
      "data set 'mnist' was not found\n"
      "looked for mnist/train-images-idx3-ubyte, with or without .gz, and its companions in:\n"
      "  data (working directory)\n"
      "  /nowhere/strata/data (cache)\n"
      "  /usr/share/datasets (distribution)\n"
      "`strata data fetch mnist` downloads it; --data or STRATA_DATA names a folder that has it\n";
  const CommandResult several =
      place.run({"run", "small.yaml", "lost.yaml", "--seeds", "0-2", "--jobs", "2"}, nowhere);
  CHECK(several.code == 2);
  CHECK(several.err == "strata: error: " + said + "3 of 6 runs need it; none was started\n");
  CHECK_FALSE(fs::exists(place.path / "results"));
  CHECK(place.run({"run", "lost.yaml", "-q"}, nowhere).err == "strata: error: " + said);
  const CommandResult listed =
      place.run({"run", "lost.yaml", "--seeds", "0-1", "--dry-run"}, nowhere);
  CHECK(listed.code == 0);
  CHECK(listed.err == "strata: warning: " + said + "2 of 2 runs need it\n");
  CHECK(count(listed.out, "  to run\n") == 2);
}

TEST_CASE("a GPU that is not there is told once, before anything starts") {
  const Workplace place;
  const CommandResult runs =
      place.run({"run", "small.yaml", "--sweep", "device=cpu,cuda", "--seeds", "0-2"});
  if (runs.code == 0) return;  // there is one
  CHECK(runs.code == 2);
  CHECK(runs.err.rfind("strata: error: device 'cuda': ", 0) == 0);
  CHECK(contains(runs.err, "; use --device cpu or auto\n3 of 6 runs need it; none was started\n"));
  CHECK(count(runs.err, "cuda") == 1);
  CHECK_FALSE(fs::exists(place.path / "results"));
}
