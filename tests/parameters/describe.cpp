#include <doctest/doctest.h>

#include <sstream>

#include "parameters/sample.hpp"
#include "strata/parameters/describe.hpp"

using namespace strata;
using namespace strata::sample;

namespace {

std::string described(const std::string& name, const Display& display = {}) {
  try {
    return describe(name, param_list<Experiment>(), SampleCatalog(), display);
  } catch (const UserError& e) {
    return e.what();
  }
}

size_t widest_line(const std::string& text) {
  size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

}  // namespace

TEST_CASE("A component is described for a terminal") {
  const SampleCatalog catalog;
  CHECK(describe_component(*catalog.find("layer", "linear"), {}) ==
        "layer/linear\n"
        "  A dense layer: y = W x + b.\n"
        "  Elsewhere: Dense, fully_connected.\n"
        "\n"
        "  units  integer, at least 1, required\n"
        "         number of outputs\n"
        "  bias   boolean, default true\n"
        "         whether b is there\n"
        "  init   initializer, default normal\n"
        "         how W starts\n"
        "\n"
        "example\n"
        "  {type: linear, units: 10}\n");
  ComponentInfo tanh = *catalog.find("layer", "tanh");
  tanh.library = "libmine.so";
  tanh.params.doc = "A word of ten " + std::string(90, 'x') + " and so on.";
  CHECK(describe_component(tanh, {}) ==
        "layer/tanh\n"
        "  from libmine.so\n"
        "  A word of ten\n"
        "  " +
            std::string(90, 'x') +
            " and so\n"
            "  on.\n"
            "\n"
            "no parameters\n"
            "\n"
            "example\n"
            "  tanh\n");
}

TEST_CASE("Everything fits the terminal, wide characters too") {
  for (const size_t width : {40, 80, 100})
    for (const char* name :
         {"", "experiment", "pretrain", "pretrain.stages", "layer", "sgd", "env"}) {
      CAPTURE(name);
      const std::string text = described(name, {width, false});
      CHECK(widest_line(text.substr(0, text.find("\nexample\n"))) <= width);  // which is YAML
    }
  ComponentInfo wide = *SampleCatalog().find("layer", "tanh");
  wide.params.doc =
      "\u6570\u5b57\u6570\u5b57\u6570\u5b57\u6570\u5b57 "
      "\u6570\u5b57\u6570\u5b57\u6570\u5b57\u6570\u5b57 "
      "\u6570\u5b57\u6570\u5b57";
  CHECK(widest_line(describe_component(wide, {40, false})) == 35);  // 2 + 16 columns, one, 16
}

TEST_CASE("Names are bold where the output shows it") {
  const std::string text = described("layer/tanh", {80, true});
  CHECK(text.rfind("\x1b[1mlayer/tanh\x1b[0m\n", 0) == 0);
  CHECK(described("pretrain.stages", {80, true}).find("\n  \x1b[1mepochs\x1b[0m  integer") !=
        std::string::npos);
  CHECK(described("layer/tanh").find('\x1b') == std::string::npos);
}

TEST_CASE("Without a name, all that there is") {
  CHECK(described("") ==
        "keys of the file\n"
        "  experiment       An experiment.\n"
        "  pretrain         Training to rebuild.\n"
        "  pretrain.stages  What differs in one stage.\n"
        "  sweep            Keys, by their paths, each with the values to try: a list, a range of "
        "integers\n"
        "                   0-4, lin(from, to, count) for evenly spaced numbers, or log(from, to, "
        "count) for\n"
        "                   numbers with evenly spaced logarithms; the last three may stand in a "
        "list too, in\n"
        "                   quotes.\n"
        "\n"
        "components\n"
        "  initializer      normal\n"
        "  layer            linear, tanh\n"
        "  optimizer        sgd\n"
        "\n"
        "One in full: strata describe NAME\n");
}

TEST_CASE("The file's own keys are described like parameters") {
  CHECK(described("pretrain") ==
        "pretrain\n"
        "  Training to rebuild.\n"
        "\n"
        "  target     string, one of pixels, codes, default pixels\n"
        "             what is rebuilt\n"
        "  epochs     integer, or a list with one for each stage, at least 1, default 10\n"
        "             epochs of each stage\n"
        "  optimizer  optimizer, default sgd\n"
        "             how the weights move\n"
        "  stages     list of maps, default []\n"
        "             what differs in a stage\n"
        "\n"
        "example\n"
        "  pretrain: {epochs: [3, 4]}\n");
  CHECK(described("pretrain.stages") ==
        "pretrain.stages\n"
        "  What differs in one stage.\n"
        "\n"
        "  epochs  integer, default null\n"
        "          of this stage\n"
        "\n"
        "example\n"
        "  stages: [{epochs: 3}]\n");
  const std::string root = described("experiment");
  CHECK(root.find("experiment\n  An experiment.\n\n  name ") == 0);
  for (const char* key : {"name ", "tuner ", "extends ", "sweep ", "seeds "})
    CHECK(root.find(std::string("\n  ") + key) != std::string::npos);
  CHECK(root.find("\nexample\n  name: x\n  encoder: []\n") != std::string::npos);
}

TEST_CASE("One key is described by its path, or by its name wherever it is") {
  CHECK(described("limit") ==
        "limit\n\n"
        "  limit  integer, at least 1, default null\n"
        "         most samples used\n");
  const std::string stage =
      "pretrain.stages.epochs\n\n"
      "  epochs  integer, default null\n"
      "          of this stage\n";
  CHECK(described("pretrain.stages.epochs") == stage);
  CHECK(described("epochs") == described("pretrain.epochs") + "\n" + stage);
  CHECK(described("seeds").find("one run for each seed; a range 0-4 stands for a list\n") !=
        std::string::npos);
}

TEST_CASE("What a map holds is described beside the map, where it is asked for by its name alone") {
  CHECK(described("stages") ==
        "pretrain.stages\n\n"
        "  stages  list of maps, default []\n"
        "          what differs in a stage\n\n"
        "stages\n"
        "  What differs in one stage.\n\n"
        "  epochs  integer, default null\n"
        "          of this stage\n\n"
        "example\n"
        "  stages: [{epochs: 3}]\n");
}

TEST_CASE("The forms of a sweep's values, and references, are found by their names") {
  const std::string sweep = described("sweep");
  CHECK(sweep ==
        "sweep\n"
        "  Keys, by their paths, each with the values to try: a list, a range of integers 0-4, "
        "lin(from, to,\n"
        "  count) for evenly spaced numbers, or log(from, to, count) for numbers with evenly "
        "spaced\n"
        "  logarithms; the last three may stand in a list too, in quotes. The values of each key "
        "are tried\n"
        "  with each value of the others.\n"
        "\n"
        "  zip  map\n"
        "       keys that change together, each with as many values\n"
        "\n"
        "example\n"
        "  sweep: {pretrain.optimizer.lr: \"log(1e-3, 1, 4)\", zip: {data.batch_size: [20, 50], "
        "pretrain.epochs: [2, 5]}}\n");
  CHECK(described("log") == sweep);
  CHECK(described("lin(0, 1, 3)") == sweep);
  CHECK(described("sweep.zip") ==
        "sweep.zip\n\n"
        "  zip  map\n"
        "       keys that change together, each with as many values\n");
  CHECK(described("zip") == described("sweep.zip"));
  const std::string references = described("${env}");
  CHECK(references.rfind("${key.path}, ${env:NAME}\n  What is written at another key, or an "
                         "environment variable. ",
                         0) == 0);
  CHECK(described("env") == references);
}

TEST_CASE("A component without its family, and a family") {
  CHECK(described("linear") == described("layer/linear"));
  CHECK(described("layer") ==
        "layer\n"
        "  linear            A dense layer: y = W x + b.\n"
        "  tanh              The hyperbolic tangent.\n");
}

TEST_CASE("What cannot be described is told, with what was meant") {
  CHECK(described("layer/tahn") ==
        "unknown layer 'tahn'; did you mean 'tanh'? Known: linear, tanh");
  CHECK(described("layr/tanh") ==
        "unknown family 'layr'; did you mean 'layer'? Known: initializer, layer, optimizer");
  const std::string where = " `strata describe` lists what there is";
  CHECK(described("tahn") == "nothing is called 'tahn'; did you mean 'layer/tanh'?" + where);
  CHECK(described("pretrian") == "nothing is called 'pretrian'; did you mean 'pretrain'?" + where);
  CHECK(described("pretrain.epoch") ==
        "nothing is called 'pretrain.epoch'; did you mean 'pretrain.epochs'?" + where);
  CHECK(described("Dense") == "nothing is called 'Dense'; did you mean 'layer/linear'?" + where);
  CHECK(described("learning_rate") ==
        "nothing is called 'learning_rate'; did you mean 'lr'?" + where);
  CHECK(described("xyz") == "nothing is called 'xyz';" + where);
  CHECK(described("nesterov") == "'nesterov' is a parameter of optimizer/sgd");
}

TEST_CASE("The page of all components") {
  const std::string page = components_markdown(param_list<Experiment>(), SampleCatalog());
  CHECK(
      page.find("\n## layer\n\n### linear\n\nA dense layer: y = W x + b.\n\n"
                "| parameter | type | default | bounds | meaning |\n|---|---|---|---|---|\n"
                "| `units` | integer | required | at least 1 | number of outputs |\n"
                "| `bias` | boolean | true |  | whether b is there |\n"
                "| `init` | initializer | normal |  | how W starts |\n\n"
                "```yaml\n{type: linear, units: 10}\n```\n\n### tanh\n\nThe hyperbolic tangent.\n\n"
                "```yaml\ntanh\n```\n\n## optimizer\n") != std::string::npos);
  CHECK(page.find("\n## The experiment file\n\n### experiment\n\nAn experiment.\n\n"
                  "| key | type | default | bounds | meaning |\n|---|---|---|---|---|\n"
                  "| `name` | string | required |  | names the results |\n") != std::string::npos);
  CHECK(page.find("\n### pretrain.stages\n\nWhat differs in one stage.\n") != std::string::npos);
  CHECK(page.find("| `momentum` | number | 0 | at least 0 and below 1 | momentum |\n") !=
        std::string::npos);
}
