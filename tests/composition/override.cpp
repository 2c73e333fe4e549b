#include <doctest/doctest.h>

#include "parameters/sample.hpp"
#include "strata/composition/compose.hpp"

using namespace strata;
using sample::plain;

namespace {

const char* const kFile =
    "optimizer: sgd\npretrain: {epochs: 10, optimizer: {type: sgd, lr: 1}}\n"
    "encoder:\n  - [{type: linear, units: 4}, tanh]\n";

std::string after(const std::string& argument) {
  Issues issues;
  Node root = parse_yaml(sample::source(kFile), issues);
  Override override;
  if (parse_override(argument, override, issues)) apply_override(root, override, issues);
  return issues.ok() ? plain(root).dump() : issues.format();
}

std::string value_after(const std::string& argument, const std::string& key) {
  Issues issues;
  Node root = parse_yaml(sample::source(kFile), issues);
  Override override;
  REQUIRE(parse_override(argument, override, issues));
  apply_override(root, override, issues);
  CHECK(issues.format() == "");
  return plain(*root.get(key)).dump();
}

}  // namespace

TEST_CASE("--set changes one key") {
  CHECK(value_after("pretrain.epochs=[3, 4]", "pretrain") ==
        R"({"epochs":["3","4"],"optimizer":{"type":"sgd","lr":"1"}})");
  CHECK(value_after("pretrain.optimizer={type: adam}", "pretrain") ==
        R"({"epochs":"10","optimizer":{"type":"adam"}})");
  CHECK(value_after("encoder[0][0].units=128", "encoder") ==
        R"([[{"type":"linear","units":"128"},"tanh"]])");
  CHECK(value_after("encoder[0][1].slope=2", "encoder") ==
        R"([[{"type":"linear","units":"4"},{"type":"tanh","slope":"2"}]])");
  CHECK(value_after("optimizer.lr=0.5", "optimizer") == R"({"type":"sgd","lr":"0.5"})");
  CHECK(value_after("classify.head=[linear]", "classify") == R"({"head":["linear"]})");
  CHECK(value_after("pretrain=null", "pretrain") == "null");
  CHECK(value_after("name=a=b", "name") == R"("a=b")");
  CHECK(value_after("name=\"3\"", "name") == R"("'3'")");
}

TEST_CASE("A map that --set gives is merged over what is there, as by extends") {
  CHECK(value_after("pretrain={epochs: 3}", "pretrain") ==
        R"({"epochs":"3","optimizer":{"type":"sgd","lr":"1"}})");
  CHECK(value_after("pretrain.optimizer={momentum: 0.5}", "pretrain") ==
        R"({"epochs":"10","optimizer":{"type":"sgd","lr":"1","momentum":"0.5"}})");
  CHECK(value_after("pretrain.optimizer={type: sgd, lr: 2}", "pretrain") ==
        R"({"epochs":"10","optimizer":{"type":"sgd","lr":"2"}})");
  CHECK(value_after("optimizer={lr: 0.5}", "optimizer") == R"({"type":"sgd","lr":"0.5"})");
  // Another type has other parameters; a bare name and a list are no maps.
  CHECK(value_after("pretrain.optimizer={type: adam, eps: 1}", "pretrain") ==
        R"({"epochs":"10","optimizer":{"type":"adam","eps":"1"}})");
  CHECK(value_after("pretrain.optimizer=sgd", "pretrain") ==
        R"({"epochs":"10","optimizer":"sgd"})");
  CHECK(value_after("encoder=[[tanh]]", "encoder") == R"([["tanh"]])");
}

TEST_CASE("A type changed alone leaves the other's keys, and the message says what drops them") {
  Issues issues;
  Node root = parse_yaml(
      sample::source("name: x\nencoder:\n  - [{type: linear, units: 4}, tanh]\n"), issues);
  Override override;
  REQUIRE(parse_override("encoder[0][0].type=tanh", override, issues));
  apply_override(root, override, issues);
  set_paths(root);
  const sample::SampleCatalog catalog;
  read_params<sample::Experiment>(root, issues, catalog);
  CHECK(issues.format() ==
        "f.yaml:3:21: error: unknown key 'units'; known: type; --set:1:20 changes the type alone, "
        "and encoder[0][0]=tanh drops the other keys (at encoder[0][0].units)\n"
        "  3 |   - [{type: linear, units: 4}, tanh]\n"
        "    |                     ^");
}

TEST_CASE("What --set cannot do leaves the tree as it was") {
  Issues issues;
  Node root = parse_yaml(sample::source(kFile), issues);
  const std::string before = plain(root).dump();
  for (const char* argument : {"decoder[0]=3", "classify.metrics[0]=x", "optimizer.a[0].b=1"}) {
    Override override;
    REQUIRE(parse_override(argument, override, issues));
    apply_override(root, override, issues);
  }
  CHECK(issues.errors() == 3);
  CHECK(plain(root).dump() == before);
}

TEST_CASE("What --set gives has its position in the argument") {
  Issues issues;
  Node root = parse_yaml(sample::source("name: x\nencoder: []\n"), issues);
  for (const char* argument :
       {"pretrain.epochs=0", "pretrain.optimizer.lrr=1", "tuner={type: sgf}"}) {
    Override override;
    REQUIRE(parse_override(argument, override, issues));
    apply_override(root, override, issues);
  }
  set_paths(root);
  const sample::SampleCatalog catalog;
  read_params<sample::Experiment>(root, issues, catalog);
  CHECK(
      issues.format() ==
      "--set:1:14: error: unknown optimizer 'sgf'; did you mean 'sgd'? Known: sgd (at tuner.type)\n"
      "  1 | tuner={type: sgf}\n"
      "    |              ^\n"
      "--set:1:17: error: must be at least 1, got 0 (at pretrain.epochs)\n"
      "  1 | pretrain.epochs=0\n"
      "    |                 ^\n"
      "--set:1:20: error: unknown key 'lrr'; did you mean 'lr'? Known: type, lr, momentum, "
      "nesterov (at "
      "pretrain.optimizer.lrr)\n"
      "  1 | pretrain.optimizer.lrr=1\n"
      "    |                    ^");
}

TEST_CASE("What --set cannot do") {
  CHECK(after("optimizer") ==
        "--set:1:1: error: expected key=value, got 'optimizer'\n"
        "  1 | optimizer\n"
        "    | ^");
  CHECK(after("a..b=1") ==
        "--set:1:1: error: 'a..b' is no key; write it as in a.b or a[0].b\n"
        "  1 | a..b=1\n"
        "    | ^");
  CHECK(after("encoder[1][0].units=3") ==
        "--set:1:8: error: the list 'encoder' goes from [0] to [0] (at encoder[1][0].units)\n"
        "  1 | encoder[1][0].units=3\n"
        "    |        ^");
  CHECK(after("encoder.units=3") ==
        "--set:1:9: error: encoder is a list; write encoder[0] for its first item (at "
        "encoder.units)\n"
        "  1 | encoder.units=3\n"
        "    |         ^");
  CHECK(after("pretrain[0]=3") ==
        "--set:1:9: error: 'pretrain' is a map, not a list (at pretrain[0])\n"
        "  1 | pretrain[0]=3\n"
        "    |         ^");
  CHECK(after("decoder[0]=3") ==
        "--set:1:8: error: the list 'decoder' is not written in the file; write it whole: "
        "decoder=[3] (at decoder[0])\n"
        "  1 | decoder[0]=3\n"
        "    |        ^");
  CHECK(after("pretrain.epochs.x=3") ==
        "--set:1:17: error: 'pretrain.epochs' is the integer 10, which has no keys (at "
        "pretrain.epochs.x)\n"
        "  1 | pretrain.epochs.x=3\n"
        "    |                 ^");
  CHECK(after("seeds=0-3") ==
        "--set:1:1: error: 'seeds' cannot be set from here; write --seeds 0-3 (at seeds)\n"
        "  1 | seeds=0-3\n"
        "    | ^");
  CHECK(after("sweep.a=[1]") ==
        "--set:1:1: error: 'sweep' cannot be set from here; write --sweep key=v1,v2 (at sweep.a)\n"
        "  1 | sweep.a=[1]\n"
        "    | ^");
  CHECK(after("stages[1].epochs=3") ==
        "--set:1:7: error: the list 'stages' is not written in the file; write it whole: "
        "stages=[...] (at stages[1].epochs)\n"
        "  1 | stages[1].epochs=3\n"
        "    |       ^");
  CHECK(after("a=[1") ==
        "--set:1:3: error: '[' is never closed\n"
        "  1 | a=[1\n"
        "    |   ^");
}
