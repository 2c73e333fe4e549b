#include "strata/parameters/words.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "parameters/sample.hpp"

using namespace strata;
using namespace strata::sample;

TEST_CASE("The word of another framework means what is known as that, however it is spelt") {
  const SampleCatalog catalog;
  const std::vector<KnownName> layers = component_names(catalog, "layer");
  for (const char* word :
       {"Dense", "dense", "keras.layers.Dense", "FullyConnected", "linear", "nn.Linear", "liner"})
    CHECK_MESSAGE(name_meant(word, layers) == "linear", word);
  CHECK(name_meant("nn.Tanh", layers) == "tanh");
  CHECK(name_meant("Pooling", layers) == "");
  CHECK(suggestion("Dense", layers) == "; did you mean 'linear'? Known: linear, tanh");
  CHECK(suggestion("Pooling", layers) == "; known: linear, tanh");
}

TEST_CASE("A word that stands for what strata has not is no misspelling") {
  const std::vector<KnownName> layers{{"celu_like"}, {"mist"}};
  CHECK(is_foreign("Mish"));
  CHECK(is_foreign("nn.GroupNorm"));
  CHECK_FALSE(is_foreign("mist"));
  CHECK(name_meant("misst", layers) == "mist");
  CHECK(name_meant("mish", layers) == "");
  CHECK(name_meant("mish", {{"mish"}}) == "mish");  // a plugin's
}

TEST_CASE("Keys by their names, with the places of each") {
  Issues issues;
  Node root = parse_yaml(source("name: x\nencoder: [[{type: linear, units: 2}], [tanh]]\n"
                                "pretrain: {stages: [{epochs: 1}]}\n"),
                         issues);
  set_paths(root);
  const SampleCatalog catalog;
  const Experiment e = read_params<Experiment>(root, issues, catalog);
  REQUIRE(issues.ok());
  const ParamList& list = param_list<Experiment>();
  const KeysByName keys = keys_by_name(list, dump_params(list, &e), catalog);
  CHECK(keys.at("units").paths == std::vector<std::string>{"encoder[0][0].units"});
  CHECK(keys.at("std").paths == std::vector<std::string>{"encoder[0][0].init.std"});
  CHECK(keys.at("epochs").paths ==
        std::vector<std::string>{"pretrain.epochs", "pretrain.stages[0].epochs"});
  CHECK(keys.at("lr").paths == std::vector<std::string>{"pretrain.optimizer.lr"});
  CHECK(keys.at("sweep").paths == std::vector<std::string>{"sweep"});
  CHECK(keys.at("lr").field->known_as == std::vector<std::string>{"learning_rate"});
  CHECK(keys.count("momentum") == 1);
  CHECK(keys.count("typo") == 0);
}

namespace {

/// Counts what is asked of it.
class CountingCatalog final : public Catalog {
 public:
  const ComponentInfo* find(const std::string& family, const std::string& name) const override {
    return catalog_.find(family, name);
  }
  std::vector<std::string> names(const std::string& family) const override {
    ++listed;
    return catalog_.names(family);
  }
  std::vector<std::string> families() const override { return catalog_.families(); }
  mutable int listed = 0;

 private:
  SampleCatalog catalog_;
};

}  // namespace

TEST_CASE("What was meant is sought for as many mistakes as are printed, and no more") {
  std::string keys = "name: x\nencoder: [[tanh]]\n", layers = "name: x\nencoder:\n";
  for (int i = 0; i < 2000; ++i) {
    keys += fmt::format("unknown{}: 1\n", i);
    layers += fmt::format("  - [nothing{}]\n", i);
  }
  Issues issues;
  Node root = parse_yaml(source(keys), issues);
  set_paths(root);
  CountingCatalog catalog;
  int listed = 0;
  const KeysByName none;
  Experiment experiment;
  Reader(issues, catalog, [&]() -> const KeysByName& {
    ++listed;
    return none;
  }).read_struct(root, param_list<Experiment>(), &experiment);
  CHECK(issues.errors() == 2000);
  CHECK(listed == static_cast<int>(Issues::kMostPrinted));
  const std::string printed = issues.format();
  CHECK(printed.find("unknown key 'unknown99'; known: name, ") != std::string::npos);
  CHECK(printed.find("unknown100") == std::string::npos);
  CHECK(printed.find("\n... and 1900 more") != std::string::npos);

  Issues of_layers;
  root = parse_yaml(source(layers), of_layers);
  set_paths(root);
  read_params<Experiment>(root, of_layers, catalog);
  CHECK(of_layers.errors() == 2000);
  CHECK(catalog.listed == static_cast<int>(Issues::kMostPrinted));
}
