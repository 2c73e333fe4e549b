// list, describe and check as they stand on a terminal, and in a pipe.
#include <doctest/doctest.h>

#include <sstream>

#include "command/terminal.hpp"
#include "command/workplace.hpp"
#include "strata/support/display.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

/// The text without its styles, as the terminal shows it.
std::string unstyled(std::string text) {
  for (size_t at; (at = text.find("\x1b[")) != std::string::npos;)
    text.erase(at, text.find('m', at) + 1 - at);
  return text;
}

size_t widest_line(const std::string& text) {
  size_t widest = 0;
  std::istringstream lines(unstyled(text));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    widest = std::max(widest, display_width(line));
  }
  return widest;
}

}  // namespace

TEST_CASE("describe without a name lists what there is, within the terminal") {
  const Workplace place;
  const CommandResult result = run_on_terminal({"describe"}, place.path.string(), {});
  CHECK(result.code == 0);
  CHECK(widest_line(result.out) <= 80);
  const std::string text = unstyled(result.out);
  for (const char* expected :
       {"\n  pretrain.stages", "\n  optimizer", "adagrad, adam", "experiment"})
    CHECK_MESSAGE(contains(text, expected), expected);
  CHECK(contains(result.out, "\x1b[1m"));
}

TEST_CASE("list and describe keep to the terminal's width, and to NO_COLOR") {
  const Workplace place;
  for (const std::vector<std::string>& arguments : std::initializer_list<std::vector<std::string>>{
           {"list"}, {"describe", "classify"}, {"describe", "layer/conv2d"}}) {
    CAPTURE(arguments.back());
    const std::string text = run_on_terminal(arguments, place.path.string(), {}).out;
    const size_t example = text.find("example");  // which is YAML, and not broken
    CHECK(widest_line(text.substr(0, example)) <= 80);
    CHECK(contains(text, "\x1b[1m"));
    CHECK_FALSE(
        contains(run_on_terminal(arguments, place.path.string(), {"NO_COLOR=1"}).out, "\x1b"));
    CHECK_FALSE(contains(place.run(arguments).out, "\x1b"));
  }
}

TEST_CASE("check says ok and error in colour on a terminal, and plainly elsewhere") {
  const Workplace place;
  place.write("bad.yaml", with(kFile, "epochs: 1", "epochs: 0"));
  const auto shown = [&place](const char* file) {
    return run_on_terminal({"check", file}, place.path.string(), {}).out;
  };
  CHECK(shown("small.yaml") == "small.yaml: \x1b[32mok\x1b[0m, 2 stages\r\n");
  CHECK(contains(shown("bad.yaml"), "\x1b[31merror: \x1b[0mmust be at least 1 "));
  CHECK(place.run({"check", "small.yaml"}).out == "small.yaml: ok, 2 stages\n");
  CHECK(
      contains(place.run({"check", "bad.yaml"}).err, "bad.yaml:7:20: error: must be at least 1 "));
}

TEST_CASE("check notes what a list leaves out of the one that it replaces") {
  const Workplace place;
  place.write(
      "child.yaml",
      "extends: small.yaml\nencoder[0][0].units: 5\nclassify: {metrics: [confusion_matrix]}\n");
  place.write("grandchild.yaml", "extends: child.yaml\nclassify: {metrics: [accuracy]}\n");
  const CommandResult quiet = place.run({"check", "child.yaml"});
  CHECK(quiet.out == "child.yaml: ok, 2 stages\n");
  CHECK(quiet.err == "");  // the default is replaced, which no file gives
  CHECK(place.run({"check", "grandchild.yaml"}).err ==
        "grandchild.yaml:2:21: note: classify.metrics replaces the list of child.yaml:3:21, and is "
        "without its confusion_matrix\n");
  CHECK(contains(place.run({"show", "child.yaml"}).out, "units"));
  CHECK(contains(place.run({"show", "child.yaml", "--json"}).out, "\"units\": 5"));
}
