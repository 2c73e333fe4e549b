#include "strata/report/settings.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace strata;
using Strings = std::vector<std::string>;

namespace {

Json parse(const char* text) {
  return Json::parse(text);
}

}  // namespace

TEST_CASE("only what varies is shown, in the configuration's order") {
  const auto varying = varying_settings({
      parse(R"({"dtype": "float64", "data": {"dataset": {"type": "mnist"}, "batch_size": 100},
                "classify": {"optimizer": {"type": "sgd", "lr": 0.1}}})"),
      parse(
          R"({"dtype": "float64", "data": {"dataset": {"type": "fashion_mnist"}, "batch_size": 100},
                "classify": {"optimizer": {"type": "sgd", "lr": 1.0}}})"),
  });
  CHECK(varying.keys == Strings{"data.dataset", "classify.optimizer.lr"});
  CHECK(varying.values[0] == Strings{"mnist", "0.1"});
  CHECK(varying.values[1] == Strings{"fashion_mnist", "1"});
  CHECK(varying_settings({parse(R"({"a": 1})")}).keys.empty());
}

TEST_CASE("what a component's type implies is left out, what both have is not") {
  const auto varying = varying_settings({
      parse(R"({"optimizer": {"type": "sgd", "lr": 0.1, "momentum": 0.9}})"),
      parse(R"({"optimizer": {"type": "adam", "lr": 0.001, "beta1": 0.9, "beta2": 0.999}})"),
  });
  CHECK(varying.keys == Strings{"optimizer", "optimizer.lr"});
  CHECK(varying.values[1] == Strings{"adam", "0.001"});
}

TEST_CASE("a parameter of one type only is shown where it tells runs apart") {
  const auto varying = varying_settings({
      parse(R"({"strategy": {"type": "greedy", "train": "all"}})"),
      parse(R"({"strategy": {"type": "greedy", "train": "new"}})"),
      parse(R"({"strategy": {"type": "none"}})"),
  });
  CHECK(varying.keys == Strings{"strategy", "strategy.train"});
  CHECK(varying.values[2] == Strings{"none", ""});
}

TEST_CASE("a part that is there or not tells runs apart") {
  const auto varying = varying_settings(
      {parse(R"({"a": 1, "classify": {"epochs": 3}})"), parse(R"({"a": 1, "classify": null})")});
  REQUIRE(varying.keys.size() == 1);
  CHECK(varying.values[0] != varying.values[1]);
}

TEST_CASE("lists of one outline are compared item by item") {
  const auto varying = varying_settings({
      parse(R"({"encoder": [[{"type": "linear", "units": 400}, {"type": "tanh"}]]})"),
      parse(R"({"encoder": [[{"type": "linear", "units": 256}, {"type": "tanh"}]]})"),
  });
  CHECK(varying.keys == Strings{"encoder[0][0].units"});
  CHECK(varying.values[0] == Strings{"400"});
}

TEST_CASE("lists of different outlines are one setting, written short") {
  const auto varying = varying_settings({
      parse(R"({"encoder": [[{"type": "linear", "units": 400, "bias": true}, {"type": "tanh"}],
                            [{"type": "linear", "units": 256, "bias": true}, {"type": "tanh"}]]})"),
      parse(R"({"encoder": [[{"type": "linear", "units": 400, "bias": true}, {"type": "relu"}]]})"),
  });
  CHECK(varying.keys == Strings{"encoder"});
  CHECK(varying.values[0] == Strings{"linear(400) tanh | linear(256) tanh"});
  CHECK(varying.values[1] == Strings{"linear(400) relu"});
}

TEST_CASE("lists of maps are compared leaf by leaf, however long they are") {
  const auto config = [](const char* stages) {
    return parse(fmt::format(R"({{"pretrain": {{"optimizer": {{"type": "sgd", "lr": 1.0}},
                                               "stages": {}}}}})",
                             stages)
                     .c_str());
  };
  const char* stage = R"([{{"loss": null, "optimizer": null, "epochs": null}},
                          {{"loss": null, "optimizer": {{"type": "sgd", "lr": {}}}, "epochs": null}}])";
  const auto rate = [&](double lr) { return config(fmt::format(fmt::runtime(stage), lr).c_str()); };
  SUBCASE("one leaf among many") {
    const auto varying = varying_settings({rate(0.1), rate(10), rate(100), config("[]")});
    CHECK(varying.keys == Strings{"pretrain.stages[1].optimizer.lr"});
    CHECK(varying.values ==
          std::vector<Strings>{Strings{"0.1"}, Strings{"10"}, Strings{"100"}, Strings{""}});
  }
  SUBCASE("what only one of them sets is told by its value, not by what is none") {
    const auto varying = varying_settings({rate(0.1), config("[]")});
    CHECK(varying.keys == Strings{"pretrain.stages[1].optimizer"});
    const auto epochs =
        varying_settings({config(R"([{"loss": null, "epochs": 5}])"), config("[]")});
    CHECK(epochs.keys == Strings{"pretrain.stages[0].epochs"});
    CHECK(epochs.values[0] == Strings{"5"});
  }
  SUBCASE("in every setting too") {
    for (const auto& [key, value] : flat_settings(rate(0.1)))
      CHECK_MESSAGE(value.find('{') == std::string::npos, key);
  }
}

TEST_CASE("lists of plain values are values") {
  const auto varying =
      varying_settings({parse(R"({"epochs": [10, 5]})"), parse(R"({"epochs": [10, 20]})")});
  CHECK(varying.keys == Strings{"epochs"});
  CHECK(varying.values[0] == Strings{"10 5"});
}

TEST_CASE("names are as short as they can be told apart") {
  CHECK(short_names({"data.dataset", "pretrain.optimizer.lr", "classify.optimizer.lr", "dtype"}) ==
        Strings{"dataset", "pretrain.optimizer.lr", "classify.optimizer.lr", "dtype"});
  CHECK(short_names({"pretrain.epochs", "classify.epochs"}) ==
        Strings{"pretrain.epochs", "classify.epochs"});
}

TEST_CASE("numbers are ordered by value, before text") {
  CHECK(natural_less("9", "10"));
  CHECK(natural_less("1e-3", "0.01"));
  CHECK(natural_less("10", "adam"));
  CHECK_FALSE(natural_less("adam", "10"));
  CHECK(natural_less("adam", "sgd"));
}

TEST_CASE("every setting of one configuration") {
  const auto settings = flat_settings(
      parse(R"({"seed": 3, "loss": {"type": "mse"}, "encoder": [[{"type": "tanh"}]], "x": null})"));
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"seed", "3"}, {"loss", "mse"}, {"encoder[0][0]", "tanh"}, {"x", "none"}};
  CHECK(settings == expected);
}
