#include "strata/yaml/issues.hpp"

#include <doctest/doctest.h>

#include "parameters/sample.hpp"

using namespace strata;
using sample::source;

TEST_CASE("Issues print in order of source and position, each once, with the line") {
  const auto a = source("x: 1\n\ty: é漢z\n", "a.yaml");
  const auto b = source("k: v", "b.yaml");
  Issues issues;
  issues.error({b, 1, 4}, "k", "third");
  issues.error({a, 2, 7}, "", "second");
  issues.warning({a, 1, 1}, "x", "first");
  issues.error({b, 1, 4}, "k", "third");
  issues.error({a, 0, 0}, "", "whole file");
  issues.error({}, "z", "nowhere");
  CHECK(issues.errors() == 5);
  CHECK(!issues.ok());
  // The caret stands below z: a tab, three blanks, é takes one column and 漢 two.
  CHECK(issues.format() ==
        "strata: error: nowhere (at z)\n"
        "a.yaml: error: whole file\n"
        "a.yaml:1:1: warning: first (at x)\n"
        "  1 | x: 1\n"
        "    | ^\n"
        "a.yaml:2:7: error: second\n"
        "  2 | \ty: é漢z\n"
        "    | \t      ^\n"
        "b.yaml:1:4: error: third (at k)\n"
        "  1 | k: v\n"
        "    |    ^");
  CHECK(std::string(ConfigError(issues).what()) == issues.format());
}

TEST_CASE("Warnings are no errors") {
  Issues issues;
  issues.warning({}, "", "careful");
  CHECK(issues.ok());
  CHECK(issues.format() == "strata: warning: careful");
}

TEST_CASE("Of very many issues the first hundred are printed") {
  Issues issues;
  const auto s = source(std::string(250, '\n'));
  for (int i = 1; i <= 250; ++i) issues.error({s, i, 1}, "", "m");
  const std::string text = issues.format();
  CHECK(text.find("f.yaml:100:1") != std::string::npos);
  CHECK(text.find("f.yaml:101:1") == std::string::npos);
  CHECK(text.substr(text.size() - 17) == "\n... and 150 more");
}

TEST_CASE("The nearest known name") {
  const std::vector<std::string> known = {"linear", "log_softmax", "relu", "sigmoid", "tanh"};
  CHECK(nearest("tanhh", known) == "tanh");
  CHECK(nearest("tnah", known) == "tanh");  // a transposition is one edit
  CHECK(nearest("ReLU", known) == "relu");
  CHECK(nearest("log-softmax", known) == "log_softmax");
  CHECK(nearest("log", known) == "log_softmax");
  CHECK(nearest("dropout", known) == "");
  CHECK(nearest("", known) == "");
  CHECK(nearest("x", known) == "");
  CHECK(nearest(std::string(1000, 'x'), known) == "");
  CHECK(nearest("l", {"lr"}) == "");
  CHECK(nearest("rl", {"lr"}) == "lr");
  CHECK(suggestion("foo", known) == "; known: linear, log_softmax, relu, sigmoid, tanh");
  CHECK(suggestion("foo", std::vector<std::string>()) == "; there are none");
}
