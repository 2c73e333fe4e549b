#include "strata/parameters/params.hpp"

#include <doctest/doctest.h>

#include "parameters/sample.hpp"

using namespace strata;
using namespace strata::sample;

namespace {

/// What reading a file gives whose other keys are right: `line` stands alone on line 3.
std::string mistake(const std::string& line) {
  return mistakes("name: x\nencoder: []\n" + line + "\n");
}

/// The same without the source's line: the first line of the first issue.
std::string first(const std::string& line) {
  const std::string all = mistake(line);
  return all.substr(0, all.find('\n'));
}

}  // namespace

TEST_CASE("A right file gives its values, and defaults for the rest") {
  Issues issues;
  Node root =
      parse_yaml(source("name: lecture\nseed: 1e3\nencoder:\n"
                        "  - [{type: linear, units: 400, init: {type: normal, std: 0.5}}, tanh]\n"
                        "  - [tanh]\n"
                        "pretrain: {epochs: [3, 4], optimizer: {type: sgd, lr: 1}}\n"),
                 issues);
  set_paths(root);
  const SampleCatalog catalog;
  const Experiment e = read_params<Experiment>(root, issues, catalog);
  CHECK(issues.format() == "");
  CHECK(e.name == "lecture");
  CHECK(e.seed == 1000);
  CHECK(!e.limit);
  REQUIRE(e.encoder.size() == 2);
  REQUIRE(e.encoder[0].size() == 2);
  const auto& linear = *static_cast<const LinearParams*>(e.encoder[0][0].params.get());
  CHECK(linear.units == 400);
  CHECK(linear.bias);
  CHECK(static_cast<const NormalParams*>(linear.init.params.get())->std == 0.5);
  CHECK(e.encoder[1][0].type == "tanh");
  CHECK(e.encoder[1][0].path == "encoder[1][0]");
  CHECK(e.pretrain->epochs.at(0) == 3);
  CHECK(e.pretrain->epochs.at(7) == 4);
  CHECK(e.tuner.empty());
  CHECK(dump_params(param_list<Experiment>(), &e).dump() ==
        R"({"name":"lecture","seed":1000,"limit":null,"encoder":[[{"type":"linear","units":400,)"
        R"("bias":true,"init":{"type":"normal","std":0.5}},{"type":"tanh"}],[{"type":"tanh"}]],)"
        R"("pretrain":{"target":"pixels","epochs":[3,4],"optimizer":{"type":"sgd","lr":1.0,)"
        R"("momentum":0.0,"nesterov":false},"stages":[]},"tuner":null})");
}

TEST_CASE("Defaults that are components are resolved, with the path they stand for") {
  Issues issues;
  Node root = parse_yaml(source("name: x\nencoder: []\npretrain: {}\n"), issues);
  set_paths(root);
  const SampleCatalog catalog;
  const Experiment e = read_params<Experiment>(root, issues, catalog);
  REQUIRE(issues.ok());
  REQUIRE(e.pretrain->optimizer.info != nullptr);
  CHECK(e.pretrain->optimizer.info->name == "sgd");
  CHECK(e.pretrain->optimizer.path == "pretrain.optimizer");
  CHECK(e.pretrain->optimizer.origin.text() == "default");
}

TEST_CASE("Every mistake of a file is reported in one run, in order") {
  CHECK(mistakes("sed: 1\n"
                 "encoder:\n"
                 "  - [{type: linear, units: 0}, {type: linear, unit: 3}, tanhh]\n"
                 "pretrain:\n"
                 "  optimizer: {type: sgd, lr: fast, nesterov: true}\n") ==
        "f.yaml:1:1: error: unknown key 'sed'; did you mean 'seed'? Known: name, seed, limit, "
        "encoder, pretrain, tuner, extends, sweep, seeds (at sed)\n"
        "  1 | sed: 1\n"
        "    | ^\n"
        "f.yaml:1:1: error: missing key 'name' (string): names the results\n"
        "  1 | sed: 1\n"
        "    | ^\n"
        "f.yaml:3:28: error: must be at least 1, got 0 (at encoder[0][0].units)\n"
        "  3 |   - [{type: linear, units: 0}, {type: linear, unit: 3}, tanhh]\n"
        "    |                            ^\n"
        "f.yaml:3:32: error: missing key 'units' (integer): number of outputs (at encoder[0][1])\n"
        "  3 |   - [{type: linear, units: 0}, {type: linear, unit: 3}, tanhh]\n"
        "    |                                ^\n"
        "f.yaml:3:47: error: unknown key 'unit'; did you mean 'units'? Known: type, units, bias, "
        "init (at encoder[0][1].unit)\n"
        "  3 |   - [{type: linear, units: 0}, {type: linear, unit: 3}, tanhh]\n"
        "    |                                               ^\n"
        "f.yaml:3:57: error: unknown layer 'tanhh'; did you mean 'tanh'? Known: linear, tanh (at "
        "encoder[0][2])\n"
        "  3 |   - [{type: linear, units: 0}, {type: linear, unit: 3}, tanhh]\n"
        "    |                                                         ^\n"
        "f.yaml:5:30: error: expected a number, got the string 'fast' (at pretrain.optimizer.lr)\n"
        "  5 |   optimizer: {type: sgd, lr: fast, nesterov: true}\n"
        "    |                              ^");
}

TEST_CASE("A word for nothing where null may stand") {
  CHECK(first("pretrain: none") ==
        "f.yaml:3:11: error: expected a map, got the string 'none'; write null (at pretrain)");
  CHECK(first("tuner: None") ==
        "f.yaml:3:8: error: expected an optimizer, got the string 'None'; write null (at tuner)");
  CHECK(first("limit: false") ==
        "f.yaml:3:8: error: expected an integer, got the boolean false; write null (at limit)");
  CHECK(first("seed: none") ==  // which may not be null
        "f.yaml:3:7: error: expected an integer, got the string 'none' (at seed)");
}

TEST_CASE("Integers") {
  CHECK(
      first("seed: \"3\"") ==
      "f.yaml:3:7: error: expected an integer, got the string '3'; leave out the quotes (at seed)");
  CHECK(first("seed: 2.5") ==
        "f.yaml:3:7: error: expected an integer, got the number 2.5 (at seed)");
  CHECK(first("seed: abc") ==
        "f.yaml:3:7: error: expected an integer, got the string 'abc' (at seed)");
  CHECK(first("seed: true") ==
        "f.yaml:3:7: error: expected an integer, got the boolean true (at seed)");
  CHECK(first("seed: [1]") ==
        "f.yaml:3:7: error: expected an integer, got a list; write 1, not a list (at seed)");
  CHECK(first("seed: [1, 2]") ==
        "f.yaml:3:7: error: expected an integer, got a list; to run each: seeds: [1, 2] (at seed)");
  CHECK(first("seed:") == "f.yaml:3:1: error: expected an integer, got nothing (at seed)");
  CHECK(first("seed: null") ==
        "f.yaml:3:7: error: expected an integer, got null; leave 'seed' out for its default, 0 (at "
        "seed)");
  CHECK(first("seed: 0x1F") ==
        "f.yaml:3:7: error: expected an integer, got the string '0x1F'; write 31 (at seed)");
  CHECK(first("seed: 0o17") ==
        "f.yaml:3:7: error: expected an integer, got the string '0o17'; write 15 (at seed)");
  CHECK(first("seed: 1_000") ==
        "f.yaml:3:7: error: expected an integer, got the string '1_000'; write 1000 (at seed)");
  CHECK(first("seed: 1,000,000").find("; write 1000000 (at seed)") != std::string::npos);
  CHECK(first("seed: 3,4").find("got the string '3,4' (at seed)") != std::string::npos);
  CHECK(first("seed: 1,000,00").find("got the string '1,000,00' (at seed)") != std::string::npos);
  CHECK(first("seed: 010") ==
        "f.yaml:3:7: error: 010 begins with a zero, which some readers of YAML take for octal; "
        "write 10 (at seed)");
  CHECK(first("seed: 9223372036854775808") ==
        "f.yaml:3:7: error: 9223372036854775808 does not fit into 64 bits (at seed)");
  CHECK(first("seed: 1e30") ==
        "f.yaml:3:7: error: 1e30 is too large to be exact; write its digits out (at seed)");
  CHECK(first("seed: -1") == "f.yaml:3:7: error: must be at least 0, got -1 (at seed)");
  CHECK(first("seed: 9223372036854775807") == "");
  CHECK(first("seed: +12") == "");
  CHECK(first("seed: 2.0e1") == "");
}

TEST_CASE("Numbers") {
  const auto lr = [](const std::string& value) {
    return first("tuner: {type: sgd, lr: " + value + "}");
  };
  CHECK(lr("0.98") == "");
  CHECK(lr("1") == "");
  CHECK(lr("1e-3") == "");
  CHECK(lr(".5") == "");
  CHECK(lr("10") == "");
  CHECK(lr("0") == "f.yaml:3:24: error: must be above 0 and at most 10, got 0 (at tuner.lr)");
  CHECK(lr("10.5") == "f.yaml:3:24: error: must be above 0 and at most 10, got 10.5 (at tuner.lr)");
  CHECK(lr(".nan") == "f.yaml:3:24: error: must be finite, got .nan (at tuner.lr)");
  CHECK(lr(".inf") == "f.yaml:3:24: error: must be finite, got .inf (at tuner.lr)");
  CHECK(lr("nan") == "f.yaml:3:24: error: expected a number, got the string 'nan' (at tuner.lr)");
  CHECK(lr("1e999") == "f.yaml:3:24: error: 1e999 is outside the range of a float (at tuner.lr)");
  CHECK(lr("'0,1'") ==
        "f.yaml:3:24: error: expected a number, got the string '0,1'; write 0.1 (at tuner.lr)");
  CHECK(lr("'0.1'") ==
        "f.yaml:3:24: error: expected a number, got the string '0.1'; leave out the quotes (at "
        "tuner.lr)");
  CHECK(lr("01") ==
        "f.yaml:3:24: error: 01 begins with a zero, which some readers of YAML take for octal; "
        "write 1 (at tuner.lr)");
  CHECK(first("tuner: {type: sgd, momentum: 1}") ==
        "f.yaml:3:30: error: must be at least 0 and below 1, got 1 (at tuner.momentum)");
}

TEST_CASE("Booleans and strings") {
  const auto flag = [](const std::string& v) {
    return first("tuner: {type: sgd, momentum: 0.5, nesterov: " + v + "}");
  };
  CHECK(flag("true") == "");
  CHECK(flag("False") == "");
  CHECK(flag("yes") ==
        "f.yaml:3:45: error: expected true or false, got the string 'yes'; write true (at "
        "tuner.nesterov)");
  CHECK(flag("off") ==
        "f.yaml:3:45: error: expected true or false, got the string 'off'; write false (at "
        "tuner.nesterov)");
  CHECK(flag("1") ==
        "f.yaml:3:45: error: expected true or false, got the integer 1; write true (at "
        "tuner.nesterov)");
  CHECK(
      flag("'true'") ==
      "f.yaml:3:45: error: expected true or false, got the string 'true'; leave out the quotes (at "
      "tuner.nesterov)");
  CHECK(mistakes("name: 2024\nencoder: []\n") ==
        "f.yaml:1:7: error: expected a string, got the integer 2024; write '2024' in quotes (at "
        "name)\n"
        "  1 | name: 2024\n"
        "    |       ^");
  CHECK(mistakes("name: '2024'\nencoder: []\n") == "");
  CHECK(first("pretrain: {target: False}") ==
        "f.yaml:3:20: error: expected one of pixels, codes, got the boolean False (at "
        "pretrain.target)");
  CHECK(
      first("pretrain: {target: pixel}") ==
      "f.yaml:3:20: error: unknown value 'pixel'; did you mean 'pixels'? Known: pixels, codes (at "
      "pretrain.target)");
}

TEST_CASE("Lists, maps and values for every stage") {
  CHECK(mistakes("name: x\nencoder: tanh\n") ==
        "f.yaml:2:10: error: expected a list of lists of layers, got the string 'tanh'; write "
        "[[tanh]] for one (at encoder)\n"
        "  2 | encoder: tanh\n"
        "    |          ^");
  CHECK(
      mistakes("name: x\nencoder: [tanh]\n") ==
      "f.yaml:2:11: error: expected a list of layers, got the string 'tanh'; write [tanh] for one "
      "(at encoder[0])\n"
      "  2 | encoder: [tanh]\n"
      "    |           ^");
  CHECK(first("pretrain: 3") ==
        "f.yaml:3:11: error: expected a map, got the integer 3 (at pretrain)");
  CHECK(first("pretrain:") ==
        "f.yaml:3:1: error: expected a map, got nothing; indent its keys below it, or write {} (at "
        "pretrain)");
  CHECK(first("pretrain: null") == "");
  CHECK(first("pretrain: {epochs: []}") ==
        "f.yaml:3:20: error: expected at least one integer (at pretrain.epochs)");
  CHECK(first("pretrain: {epochs: [1, 0]}") ==
        "f.yaml:3:24: error: must be at least 1, got 0 (at pretrain.epochs[1])");
  CHECK(
      mistakes("name:x\nencoder:y") ==
      "f.yaml:1:1: error: expected a map, got the string 'name:x encoder:y'; a space belongs after "
      "':'\n"
      "  1 | name:x\n"
      "    | ^");
}

TEST_CASE("Components") {
  CHECK(first("tuner: sgd") == "");
  CHECK(first("tuner: null") == "");
  CHECK(first("tuner: linear") ==
        "f.yaml:3:8: error: unknown optimizer 'linear', which is a layer; known: sgd (at tuner)");
  CHECK(first("tuner: {lr: 1}") ==
        "f.yaml:3:8: error: missing key 'type': the name of an optimizer; known: sgd (at tuner)");
  CHECK(first("tuner: {}") ==
        "f.yaml:3:8: error: missing key 'type': the name of an optimizer; known: sgd (at tuner)");
  CHECK(first("tuner: {typ: sgd}") ==
        "f.yaml:3:9: error: unknown key 'typ'; did you mean 'type'? (at tuner.typ)");
  CHECK(first("tuner: {name: sgd, lr: 1}") ==
        "f.yaml:3:9: error: unknown key 'name'; did you mean 'type'? (at tuner.name)");
  CHECK(first("pretrain: {optimizer: {optimizer: sgd}}") ==
        "f.yaml:3:24: error: unknown key 'optimizer'; did you mean 'type'? (at "
        "pretrain.optimizer.optimizer)");
  CHECK(first("tuner: {type: sgd, learning_rate: 1}") ==
        "f.yaml:3:20: error: unknown key 'learning_rate'; did you mean 'lr'? Known: type, lr, "
        "momentum, nesterov (at tuner.learning_rate)");
  CHECK(first("tuner: {sgd: {lr: 1}}") ==
        "f.yaml:3:9: error: 'sgd' is an optimizer; write {type: sgd, ...} (at tuner.sgd)");
  CHECK(first("tuner: {type: SGD}") ==
        "f.yaml:3:15: error: unknown optimizer 'SGD'; did you mean 'sgd'? Known: sgd (at "
        "tuner.type)");
  CHECK(first("tuner: {type: 3}") ==
        "f.yaml:3:15: error: expected the name of an optimizer, got the integer 3 (at tuner.type)");
  CHECK(first("tuner: [sgd]") ==
        "f.yaml:3:8: error: expected an optimizer (a name, or a map with 'type'), got a list; "
        "write sgd, not a list (at tuner)");
  CHECK(first("tuner: [sgd, {type: sgd, lr: 1}]") ==
        "f.yaml:3:8: error: expected an optimizer (a name, or a map with 'type'), got a list; to "
        "try each value: sweep: {tuner: [sgd, {type: sgd, lr: 1}]} (at tuner)");
  CHECK(first("tuner:") ==
        "f.yaml:3:1: error: expected an optimizer (a name, or a map with 'type'), got nothing (at "
        "tuner)");
  CHECK(mistakes("name: x\nencoder: [[linear, null]]\n") ==
        "f.yaml:2:12: error: layer 'linear' needs parameters; write {type: linear, units: ...} (at "
        "encoder[0][0])\n"
        "  2 | encoder: [[linear, null]]\n"
        "    |            ^\n"
        "f.yaml:2:20: error: expected a layer (a name, or a map with 'type'), got null (at "
        "encoder[0][1])\n"
        "  2 | encoder: [[linear, null]]\n"
        "    |                    ^");
}

TEST_CASE("A map for a slot with a default may leave its type out") {
  Issues issues;
  Node root = parse_yaml(
      source(
          "name: x\nencoder: [[{type: linear, units: 1, init: {std: 2}}]]\npretrain: {optimizer: "
          "{lr: 3}}\n"),
      issues);
  set_paths(root);
  const SampleCatalog catalog;
  const Experiment e = read_params<Experiment>(root, issues, catalog);
  CHECK(issues.format() == "");
  CHECK(e.pretrain->optimizer.dump()["type"] == "sgd");
  CHECK(e.pretrain->optimizer.dump()["lr"] == 3.0);
  CHECK(e.encoder[0][0].dump()["init"]["std"] == 2.0);
  CHECK(first("pretrain: {optimizer: {lrr: 3}}") ==
        "f.yaml:3:24: error: unknown key 'lrr'; did you mean 'lr'? Known: type, lr, momentum, "
        "nesterov "
        "(at pretrain.optimizer.lrr)");
  CHECK(first("pretrain: {optimizer: {sgd: {lr: 3}}}") ==
        "f.yaml:3:24: error: 'sgd' is an optimizer; write {type: sgd, ...} (at "
        "pretrain.optimizer.sgd)");
}

TEST_CASE("A key of another part of the file is found there") {
  const std::string known =
      "Known here: name, seed, limit, encoder, pretrain, tuner, extends, sweep, seeds (at ";
  CHECK(first("epochs: 3") ==
        "f.yaml:3:1: error: unknown key 'epochs'; did you mean 'pretrain.epochs'? " + known +
            "epochs)");
  CHECK(first("momentun: 0.5\npretrain: {}\ntuner: {type: sgd}") ==
        "f.yaml:3:1: error: unknown key 'momentun'; did you mean 'pretrain.optimizer.momentum' or "
        "'tuner.momentum'? " +
            known + "momentun)");
  CHECK(mistakes("name: x\nencoder: [[tanh], [{type: linear, units: 1}]]\nunits: 3\n") ==
        "f.yaml:3:1: error: unknown key 'units'; did you mean 'encoder[1][0].units'? " + known +
            "units)\n  3 | units: 3\n    | ^");
  CHECK(first("pretrain: {limit: 3}") ==
        "f.yaml:3:12: error: unknown key 'limit'; it belongs at the root of the file (at "
        "pretrain.limit)");
  CHECK(first("pretrain:\n  epochs: 1\n  tuner:\n    lr: 1") ==
        "f.yaml:5:3: error: unknown key 'tuner'; it belongs at the root of the file: indent it "
        "less (at pretrain.tuner)");
  CHECK(first("pretrain:\n  optimizer:\n    lr: 1\n    tuner: {lr: 1}") ==
        "f.yaml:6:5: error: unknown key 'tuner'; it belongs at the root of the file: indent it "
        "less (at pretrain.optimizer.tuner)");
  CHECK(first("pretrain: {learning_rate: 3}") ==
        "f.yaml:3:12: error: unknown key 'learning_rate'; did you mean 'pretrain.optimizer.lr'? "
        "Known here: target, epochs, optimizer, stages (at pretrain.learning_rate)");
  CHECK(first("pretrain: {optimizer: sgd, lr: 3}\ntuner: sgd") ==  // its own part comes first
        "f.yaml:3:28: error: unknown key 'lr'; did you mean 'pretrain.optimizer.lr'? Known here: "
        "target, epochs, optimizer, stages (at pretrain.lr)");
  CHECK(first("tuner: {type: sgd, epochs: 3}") ==  // a component's parameters are its own
        "f.yaml:3:20: error: unknown key 'epochs'; known: type, lr, momentum, nesterov (at "
        "tuner.epochs)");
  CHECK(first("sweeps: {}") ==
        "f.yaml:3:1: error: unknown key 'sweeps'; did you mean 'sweep'? Known: name, seed, limit, "
        "encoder, pretrain, tuner, extends, sweep, seeds (at sweeps)");
}

TEST_CASE("A key whose ':' is missing, or has no blank after it") {
  CHECK(first("pretrain: {epochs:3}") ==
        "f.yaml:3:12: error: unknown key 'epochs:3'; a space belongs after ':' (at "
        "pretrain.epochs:3)");
  CHECK(first("seed 3") ==
        "f.yaml:3:1: error: unknown key 'seed 3'; a ':' belongs after 'seed' (at seed 3)");
  // What is required and written so is not missing as well.
  CHECK(mistakes("{name:x, encoder: [[tanh, {type: linear, units:3}]]}\n") ==
        "f.yaml:1:2: error: unknown key 'name:x'; a space belongs after ':' (at name:x)\n"
        "  1 | {name:x, encoder: [[tanh, {type: linear, units:3}]]}\n"
        "    |  ^\n"
        "f.yaml:1:42: error: unknown key 'units:3'; a space belongs after ':' (at "
        "encoder[0][1].units:3)\n"
        "  1 | {name:x, encoder: [[tanh, {type: linear, units:3}]]}\n"
        "    |                                          ^");
}

TEST_CASE("A list where there is one value, with the reason") {
  CHECK(first("pretrain: {stages: [{epochs: [1, 2]}]}") ==
        "f.yaml:3:30: error: expected one value, as this entry is of one stage; got a list of "
        "2; to try each value: sweep: {pretrain.stages[0].epochs: [1, 2]} (at "
        "pretrain.stages[0].epochs)");
}

TEST_CASE("Rules across parameters, at the key they are about") {
  CHECK(first("tuner: {type: sgd, nesterov: true}") ==
        "f.yaml:3:30: error: nesterov needs momentum above 0 (at tuner.nesterov)");
}

TEST_CASE("Constraints in words") {
  Constraints c;
  CHECK(c.text() == "");
  c.above = 0;
  c.max = 1e-7;
  CHECK(c.text() == "above 0 and at most 1e-07");
  c = {};
  c.choices = {"all", "head"};
  CHECK(c.text() == "one of all, head");
}
