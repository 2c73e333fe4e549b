#include "strata/parameters/hints.hpp"

#include <doctest/doctest.h>

#include "parameters/sample.hpp"

using namespace strata;
using namespace strata::sample;

namespace {

/// The first line of the mistakes of a file whose other keys are right.
std::string told(const std::string& line, const std::string& encoder = "encoder: [[tanh]]\n") {
  const std::string all = mistakes("name: x\n" + encoder + line + "\n");
  return all.substr(0, all.find('\n'));
}

/// The settings with a value as --set gives it.
std::string told_of_set(const std::string& path, const std::string& value) {
  Issues issues;
  Node root = parse_yaml(source("name: x\nencoder: [[tanh]]\n"), issues);
  const std::string argument = path + "=" + value;
  root.entries.push_back(
      {path,
       {},
       parse_yaml_value(source(argument, "--set"), path.size() + 1, value.size(), issues)});
  set_paths(root);
  const SampleCatalog catalog;
  read_params<Experiment>(root, issues, catalog);
  const std::string all = issues.format();
  return all.substr(0, all.find('\n'));
}

}  // namespace

TEST_CASE(
    "A value that is no list is put into brackets where that makes it right, and only there") {
  CHECK(told("", "encoder: tanh\n") ==
        "f.yaml:2:10: error: expected a list of lists of layers, got the string 'tanh'; write "
        "[[tanh]] for one (at encoder)");
  CHECK(mistakes("name: x\nencoder: [[tanh]]\n") == "");
  CHECK(told("", "encoder: [{type: linear, units: 3}]\n") ==
        "f.yaml:2:11: error: expected a list of layers, got a map; write [{type: linear, units: "
        "3}] for one (at encoder[0])");
  CHECK(told("", "encoder: [512, 256]\n") ==
        "f.yaml:2:11: error: expected a list of layers, got the integer 512; for example [[{type: "
        "linear, units: 10}, tanh]] (at encoder[0])");
  CHECK(told("", "encoder: [tahn]\n") ==
        "f.yaml:2:11: error: expected a list of layers, got the string 'tahn'; for example "
        "[[{type: linear, units: 10}, tanh]] (at encoder[0])");
  CHECK(told("pretrain: {stages: {epochs: 3}}") ==
        "f.yaml:3:20: error: expected a list of maps, got a map; a list stands in [ ], or behind "
        "'-', even of one (at pretrain.stages)");
  CHECK(told("", "encoder: {1: [tanh]}\n") ==
        "f.yaml:2:10: error: expected a list of lists of layers, got a map; an item of an "
        "inherited list is changed at the root of the file, by a key of its own: encoder[1]: ... "
        "(at encoder)");
}

TEST_CASE("The name of what a map takes is shown in the map") {
  CHECK(told("pretrain: sgd") ==
        "f.yaml:3:11: error: expected a map, got the string 'sgd'; write {optimizer: sgd} (at "
        "pretrain)");
  CHECK(told("pretrain: tanh") ==
        "f.yaml:3:11: error: expected a map, got the string 'tanh' (at pretrain)");
  CHECK(told("pretrain: [sgd]") ==
        "f.yaml:3:11: error: expected a map, got a list; write {optimizer: sgd} (at pretrain)");
  CHECK(told("pretrain: [{epochs: 2}]") ==
        "f.yaml:3:11: error: expected a map, got a list; write {epochs: 2}, not a list (at "
        "pretrain)");
}

TEST_CASE("Several values where there is one: how each is tried") {
  CHECK(told("seed: [3, 4]") ==
        "f.yaml:3:7: error: expected an integer, got a list; to run each: seeds: [3, 4] (at seed)");
  CHECK(told("limit: [3, 4]") ==
        "f.yaml:3:8: error: expected an integer, got a list; to try each value: sweep: {limit: [3, "
        "4]} (at limit)");
  CHECK(told("limit: [3]") ==
        "f.yaml:3:8: error: expected an integer, got a list; write 3, not a list (at limit)");
  CHECK(told("limit: []") == "f.yaml:3:8: error: expected an integer, got a list (at limit)");
  CHECK(told("tuner: {type: sgd, nesterov: [true, false]}") ==
        "f.yaml:3:30: error: expected true or false, got a list; to try each value: sweep: "
        "{tuner.nesterov: [true, false]} (at tuner.nesterov)");
  CHECK(told("pretrain: {target: [pixels, codes]}") ==
        "f.yaml:3:20: error: expected a string, got a list; to try each value: sweep: "
        "{pretrain.target: [pixels, codes]} (at pretrain.target)");
  CHECK(told("", "encoder: [[[tanh]]]\n") ==
        "f.yaml:2:12: error: expected a layer (a name, or a map with 'type'), got a list (at "
        "encoder[0][0])");
  CHECK(told_of_set("limit", "[3, 4]") ==
        "--set:1:7: error: expected an integer, got a list; to try each value: --sweep limit=3,4 "
        "(at limit)");
  CHECK(told_of_set("limit", "3,4") ==
        "--set:1:7: error: expected an integer, got the string '3,4'; to try each value: --sweep "
        "limit=3,4 (at limit)");
}

TEST_CASE("One number of seeds may mean two things, and both are shown") {
  CHECK(seeds_hint("3") == "; 3 seeds are 0-2, seed 3 alone is [3]");
  CHECK(seeds_hint("1") == "; write [1] for one");
  CHECK(seeds_hint("0") == "; write [0] for one");
  CHECK(seeds_hint("99999999999999999999") == "; write [99999999999999999999] for one");
}

TEST_CASE("A word for nothing, where nothing may stand and where it may not") {
  CHECK(told("limit: no") ==
        "f.yaml:3:8: error: expected an integer, got the string 'no'; write null (at limit)");
  CHECK(told("tuner: {type: sgd, nesterov: null}") ==
        "f.yaml:3:30: error: expected a boolean, got null; write false (at tuner.nesterov)");
  CHECK(told("pretrain: {epochs: null}") ==
        "f.yaml:3:20: error: expected an integer, or a list with one for each stage, got null; "
        "leave 'epochs' out for its default, 10 (at pretrain.epochs)");
  CHECK(told("pretrain: {stages: no}") ==
        "f.yaml:3:20: error: expected a list of maps, got the string 'no'; write [] for none (at "
        "pretrain.stages)");
  CHECK(told("", "encoder: null\n") ==
        "f.yaml:2:10: error: expected a list of lists of layers, got null; for example [[{type: "
        "linear, units: 10}, tanh]] (at encoder)");
}

TEST_CASE("An unknown component hides nothing that stands beside it") {
  CHECK(
      mistakes("name: x\nencoder: [[{type: Dense, neurons: 3}, {type: zzz, unit: 3, q: 1}]]\n") ==
      "f.yaml:2:19: error: unknown layer 'Dense'; did you mean 'linear'? Known: linear, tanh (at "
      "encoder[0][0].type)\n"
      "  2 | encoder: [[{type: Dense, neurons: 3}, {type: zzz, unit: 3, q: 1}]]\n"
      "    |                   ^\n"
      "f.yaml:2:26: error: unknown key 'neurons'; did you mean 'units'? Known: type, units, bias, "
      "init (at encoder[0][0].neurons)\n"
      "  2 | encoder: [[{type: Dense, neurons: 3}, {type: zzz, unit: 3, q: 1}]]\n"
      "    |                          ^\n"
      "f.yaml:2:46: error: unknown layer 'zzz'; known: linear, tanh (at encoder[0][1].type)\n"
      "  2 | encoder: [[{type: Dense, neurons: 3}, {type: zzz, unit: 3, q: 1}]]\n"
      "    |                                              ^\n"
      "f.yaml:2:51: error: unknown key 'unit'; no layer has it; did you mean 'units'? Known: "
      "units, bias, init (at encoder[0][1].unit)\n"
      "  2 | encoder: [[{type: Dense, neurons: 3}, {type: zzz, unit: 3, q: 1}]]\n"
      "    |                                                   ^\n"
      "f.yaml:2:60: error: unknown key 'q'; no layer has it; known: units, bias, init (at "
      "encoder[0][1].q)\n"
      "  2 | encoder: [[{type: Dense, neurons: 3}, {type: zzz, unit: 3, q: 1}]]\n"
      "    |                                                            ^");
  CHECK(told("tuner: {type: Adamax, lr: 1}") ==
        "f.yaml:3:15: error: unknown optimizer 'Adamax'; `strata plugin new optimizer Adamax` "
        "begins one; known: sgd (at tuner.type)");
}
