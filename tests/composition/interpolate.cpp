#include <doctest/doctest.h>

#include <cstdlib>

#include "parameters/sample.hpp"
#include "strata/composition/compose.hpp"

using namespace strata;

namespace {

std::string filled(const std::string& file) {
  Issues issues;
  Node root = parse_yaml(sample::source(file), issues);
  set_paths(root);
  interpolate(root, issues);
  return issues.ok() ? sample::plain(root).dump() : issues.format();
}

std::string message(const std::string& file) {
  const std::string text = filled(file);
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("A reference alone takes the value with its type") {
  CHECK(filled("a: 3\nb: ${a}\nc: [\"${a}\"]\n") == R"({"a":"3","b":"3","c":["3"]})");
  CHECK(filled("a: {x: [1, {y: 2}]}\nb: ${a}\nc: ${a.x[1].y}\n") ==
        R"({"a":{"x":["1",{"y":"2"}]},"b":{"x":["1",{"y":"2"}]},"c":"2"})");
  CHECK(filled("b: ${a}\na: \"3\"\n") == R"({"b":"'3'","a":"'3'"})");
}

TEST_CASE("Inside a string, its text") {
  CHECK(filled("a: 3\nb: x-${a}-${c}\nc: y\n") == R"({"a":"3","b":"'x-3-y'","c":"y"})");
  CHECK(filled("a: 3\nb: $${a} costs $${\n") == R"({"a":"3","b":"'${a} costs ${'"})");
}

TEST_CASE("References to references") {
  CHECK(filled("a: ${b}\nb: ${c}/1\nc: x\n") == R"({"a":"'x/1'","b":"'x/1'","c":"x"})");
  CHECK(filled("a: ${b.k}\nb: ${c}\nc:\n  k: 1\n") == R"({"a":"1","b":{"k":"1"},"c":{"k":"1"}})");
  CHECK(filled("a: ${b}\nb: $${x}\n") == R"({"a":"'${x}'","b":"'${x}'"})");
}

TEST_CASE("Environment variables") {
  ::setenv("STRATA_TEST_VALUE", "0.5", 1);
  CHECK(filled("a: ${env:STRATA_TEST_VALUE}\nb: x${env:STRATA_TEST_VALUE}\n") ==
        R"({"a":"0.5","b":"'x0.5'"})");
  ::unsetenv("STRATA_TEST_VALUE");
  CHECK(message("a: ${env:STRATA_TEST_VALUE}") ==
        "f.yaml:1:4: error: the environment variable 'STRATA_TEST_VALUE' is not set (at a)");
}

TEST_CASE("What was filled in says from where, and stands for a string as it is") {
  ::setenv("STRATA_TEST_VALUE", "123", 1);
  Issues issues;
  Node root = parse_yaml(
      sample::source("a: \"${env:STRATA_TEST_VALUE}\"\nb: ${a}\nc: x${a}\nd: 123\n"), issues);
  set_paths(root);
  interpolate(root, issues);
  ::unsetenv("STRATA_TEST_VALUE");
  CHECK(root.get("a")->reference == "env STRATA_TEST_VALUE");
  CHECK(root.get("b")->reference == "a");
  CHECK(root.get("c")->reference == "x${a}");
  CHECK(root.get("d")->reference == "");
  const sample::SampleCatalog catalog;
  Reader reader(issues, catalog);
  std::string text;
  int64_t number = 0;
  parse_scalar(*root.get("a"), text, reader, {});
  CHECK(text == "123");
  parse_scalar(*root.get("b"), number, reader, {});
  CHECK(number == 123);
  CHECK(issues.ok());
  parse_scalar(*root.get("d"), text, reader, {});
  CHECK_FALSE(issues.ok());
}

TEST_CASE("References that lead nowhere, or in a circle") {
  CHECK(filled("pretrain: {lr: 1}\nb: ${pretrain.lrr}\n") ==
        "f.yaml:2:4: error: ${pretrain.lrr}: 'lrr' is not written in pretrain; did you mean 'lr'? "
        "Known: lr (at b)\n"
        "  2 | b: ${pretrain.lrr}\n"
        "    |    ^");
  CHECK(message("pretrain: {optimizer: sgd}\nb: ${pretrain.optimizer.lr}\n") ==
        "f.yaml:2:4: error: ${pretrain.optimizer.lr}: 'lr' is not written in pretrain.optimizer; a "
        "reference takes what is written, no default: write it there (at b)");
  CHECK(message("a: [1]\nb: ${a[1]}\n") == "f.yaml:2:4: error: ${a[1]}: a has no item [1] (at b)");
  CHECK(message("a: ${}\n") ==
        "f.yaml:1:4: error: '${}' is no key; write ${a.b}, ${a[0].b} or ${env:NAME} (at a)");
  CHECK(message("a: x${b\n") == "f.yaml:1:4: error: '${' without its '}' (at a)");
  CHECK(message("a: [1]\nb: x${a}\n") ==
        "f.yaml:2:4: error: ${a} is a list, which cannot stand inside a string (at b)");
  CHECK(message("a: ${a}\n") == "f.yaml:1:4: error: a reference to itself: a -> a (at a)");
  CHECK(message("a: ${b}\nb: x${c}\nc: ${a}\n") ==
        "f.yaml:3:4: error: a reference to itself: a -> b -> c -> a (at c)");
  CHECK(message("a:\n  b: ${a}\n") ==
        "f.yaml:2:6: error: a reference to itself: a.b -> a (at a.b)");
}

TEST_CASE("References cannot be made to grow without end") {
  std::string bomb = "a0: [x, x, x, x, x, x, x, x, x, x]\n", text = "t0: xxxxxxxxxx\n",
              deep = "d0: x\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": [";
    text += "t" + std::to_string(i) + ": ";
    for (int k = 0; k < 10; ++k) bomb += "\"${a" + before + "}\", ", text += "${t" + before + "}";
    bomb += "]\n", text += "\n";
  }
  for (int i = 1; i < 100; ++i)
    deep += "d" + std::to_string(i) + ": [\"${d" + std::to_string(i - 1) + "}\"]\n";
  CHECK(message(bomb).find("error: references fill this in to something endless (at a4[") !=
        std::string::npos);
  CHECK(message(text).find("error: references fill this in to an endless string (at t4)") !=
        std::string::npos);
  CHECK(message(deep).find("error: references fill this in to something endless (at d63[0])") !=
        std::string::npos);
  std::string chain;
  for (int i = 0; i < 100; ++i)
    chain += "c" + std::to_string(i) + ": ${c" + std::to_string(i + 1) + "}\n";
  CHECK(message(chain + "c100: 1\n") ==
        "f.yaml:65:6: error: references follow each other more than 64 times (at c64)");
}
