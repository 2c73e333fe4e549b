#include "strata/report/settings/varying_settings.hpp"

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

TEST_CASE("a part that is there or not is a column, whatever else varies") {
  const auto varying = [](const char* a, const char* b, const char* c = nullptr) {
    std::vector<Json> configs;
    for (const char* part : {a, b, c})
      if (part != nullptr) {
        configs.push_back({{"lr", 0.1 * double(configs.size())}});  // varies as well
        configs.back().update(parse(part));
      }
    VaryingSettings found = varying_settings(configs);
    REQUIRE(found.keys.at(0) == "lr");
    found.keys.erase(found.keys.begin());
    for (Strings& values : found.values) values.erase(values.begin());
    return found;
  };
  const auto column = [&](const char* a, const char* b) {
    const auto found = varying(a, b);
    REQUIRE(found.keys.size() == 1);
    return found.keys[0] + ": " + found.values[0][0] + " / " + found.values[1][0];
  };
  CHECK(column(R"({"freeze": []})", R"({"freeze": ["encoder.0", "encoder.1"]})") ==
        "freeze: [] / encoder.0 encoder.1");
  CHECK(column(R"({"early_stopping": null})",
               R"({"early_stopping": {"metric": "loss", "split": null, "patience": 3}})") ==
        "early_stopping:  / metric=loss, patience=3");
  CHECK(column(R"({"penalties": []})", R"({"penalties": [{"type": "l1", "weight": 0.001}]})") ==
        "penalties: [] / l1(weight=0.001)");
  CHECK(column(R"({"stages": []})",
               R"({"stages": [{"epochs": 1, "loss": null}, {"epochs": 3, "loss": null}]})") ==
        "stages: [] / epochs=1 | epochs=3");
  CHECK(column(R"({"corruption": null})",
               R"({"corruption": {"type": "masking", "probability": 0.3}})") ==
        "corruption:  / masking(probability=0.3)");
  CHECK(column(R"({"clip_norm": null})", R"({"clip_norm": 1.0})") == "clip_norm:  / 1");
  CHECK(column(R"({})", R"({"tied": false})") == "tied:  / false");
  CHECK(varying(R"({})", R"({"tied": null})").keys.empty());  // null says no more than nothing

  SUBCASE("of which those that differ are told apart, and what they share is named") {
    const auto stopping = varying(R"({"early_stopping": null})",
                                  R"({"early_stopping": {"metric": "loss", "patience": 1}})",
                                  R"({"early_stopping": {"metric": "loss", "patience": 3}})");
    CHECK(stopping.keys == Strings{"early_stopping.patience"});
    CHECK(stopping.values == std::vector<Strings>{Strings{""}, Strings{"1"}, Strings{"3"}});
    CHECK(stopping.alike == Strings{"early_stopping.metric=loss"});
  }
  SUBCASE("and never looks like one that is not there") {
    const auto found =
        varying(R"({"a": null})", R"({"a": {"x": null, "y": 1}})", R"({"a": {"x": 2, "y": 1}})");
    CHECK(found.keys == Strings{"a", "a.x"});
    CHECK(found.values ==
          std::vector<Strings>{Strings{"", ""}, Strings{"given", ""}, Strings{"given", "2"}});
  }
}

TEST_CASE("what a configuration does not use makes no column and has no value") {
  Json none = parse(R"({"pretrain": {"strategy": {"type": "none"}}})");
  for (const char* name : {"epochs", "optimizer"}) none["pretrain"][name] = not_used();
  const auto greedy = [](double lr) {
    return parse(fmt::format(R"({{"pretrain": {{"strategy": {{"type": "greedy"}}, "epochs": 10,
                                 "optimizer": {{"type": "sgd", "lr": {}}}}}}})",
                             lr)
                     .c_str());
  };
  CHECK(varying_settings({none, greedy(0.9)}).keys == Strings{"pretrain.strategy"});
  const auto rates = varying_settings({none, greedy(0.9), greedy(0.5)});
  CHECK(rates.keys == Strings{"pretrain.strategy", "pretrain.optimizer.lr"});
  CHECK(rates.values[0] == Strings{"none", ""});
  CHECK(rates.alike.empty());
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
    CHECK(varying.alike == Strings{"pretrain.stages[1].optimizer=sgd"});
  }
  SUBCASE("what only one of them sets is told with all of it") {
    const auto varying = varying_settings({rate(0.1), config("[]")});
    CHECK(varying.keys == Strings{"pretrain.stages"});
    CHECK(varying.values ==
          std::vector<Strings>{Strings{"{} | optimizer=sgd(lr=0.1)"}, Strings{"[]"}});
    const auto epochs =
        varying_settings({config(R"([{"loss": null, "epochs": 5}])"), config("[]")});
    CHECK(epochs.keys == Strings{"pretrain.stages"});
    CHECK(epochs.values[0] == Strings{"epochs=5"});
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

TEST_CASE("names are as short as they are clear in the whole configuration") {
  const Strings known = {"dtype",
                         "data.dataset",
                         "pretrain.strategy",
                         "pretrain.strategy.train",
                         "pretrain.optimizer.lr",
                         "pretrain.epochs",
                         "classify.head[0]",
                         "classify.optimizer.lr",
                         "classify.epochs",
                         "classify.early_stopping.metric",
                         "provenance.strata.version"};
  CHECK(short_names(known, {}) ==
        Strings{"dtype", "dataset", "strategy", "strategy.train", "pretrain.optimizer.lr",
                "pretrain.epochs", "classify.head[0]", "classify.optimizer.lr", "classify.epochs",
                "early_stopping.metric", "strata.version"});
  CHECK(short_names({"classify.optimizer.lr"}, known) == Strings{"classify.optimizer.lr"});
  CHECK(short_names({"encoder[0][0].units"}, known) == Strings{"encoder[0][0].units"});
}

TEST_CASE("numbers are ordered by value, before text") {
  CHECK(natural_less("9", "10"));
  CHECK(natural_less("1e-3", "0.01"));
  CHECK(natural_less("10", "adam"));
  CHECK_FALSE(natural_less("adam", "10"));
  CHECK(natural_less("adam", "sgd"));
  CHECK(natural_less("class 2", "class 10"));
  CHECK(natural_less("lr=0.02", "lr=0.1"));
  CHECK_FALSE(natural_less("class 10", "class 10"));
}

TEST_CASE("every setting of one configuration") {
  const auto settings = flat_settings(
      parse(R"({"seed": 3, "loss": {"type": "mse"}, "encoder": [[{"type": "tanh"}]], "x": null})"));
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"seed", "3"}, {"loss", "mse"}, {"encoder[0][0]", "tanh"}, {"x", "none"}};
  CHECK(settings == expected);
}
