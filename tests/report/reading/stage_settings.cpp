#include "strata/report/reading/stage_settings.hpp"

#include <doctest/doctest.h>

#include "strata/report/rendering/comparison_text.hpp"

#include "report/make_records.hpp"

using namespace strata;
using namespace strata::test;

namespace {

using Texts = std::vector<std::string>;

Json adam(double lr) {
  return component("adam", {{"lr", lr}, {"beta1", 0.9}, {"eps", 1e-8}, {"clip_norm", nullptr}});
}

/// Two pretraining stages by adam at 0.01, of 10 epochs each, but for what `change` says.
template <class Change>
ComparedRun changed(const std::string& name, Change change) {
  RunSpec spec;
  spec.name = name;
  Json record = make_record(spec);
  Json& pretrain = record["config"]["pretrain"];
  pretrain["optimizer"] = adam(0.01);
  pretrain["corruption"] = nullptr;
  pretrain["stages"] = Json::array();
  change(pretrain);
  return compared_run(name, record);
}

ComparedRun plain_run() {
  return changed("plain", [](Json&) {});
}

}  // namespace

TEST_CASE("settings that every stage replaces play no part, however the file says it") {
  const ComparedRun plain = plain_run();
  const auto by_stage = changed("by-stage", [](Json& p) {
    p["optimizer"] = component("sgd", {{"lr", 0.01}, {"momentum", 0.0}});  // which no stage uses
    p["epochs"] = 7;
    const Json stage = {{"loss", nullptr}, {"optimizer", adam(0.01)}, {"epochs", 10}};
    p["stages"] = {stage, stage};
  });
  CHECK(by_stage.settings_id == plain.settings_id);
  CHECK(changed("list", [](Json& p) { p["epochs"] = {10, 10}; }).settings_id == plain.settings_id);
  const auto half = changed("half", [](Json& p) { p["stages"] = {{{"epochs", 10}}}; });
  CHECK(half.settings_id == plain.settings_id);  // the other stage takes the common 10
  const auto moved = [](Json& p) { p["stages"] = {{{"epochs", 5}}, {{"epochs", 15}}}; };
  CHECK(changed("list", [](Json& p) {
          p["epochs"] = {5, 15};
        }).settings_id == changed("moved", moved).settings_id);
  CHECK(changed("moved", moved).settings_id != plain.settings_id);
  CHECK(changed("one", [](Json& p) {
          p["stages"] = {{{"epochs", 5}}};
        }).settings_id != plain.settings_id);
}

TEST_CASE("a run that has not got beyond pretraining is of the same settings as one that has") {
  const Json record = make_record({});
  CHECK(pretraining_stages(record) == 2);
  Json running = record;
  running["status"] = "diverged";
  running["stages"].erase(running["stages"].begin() + 1, running["stages"].end());
  CHECK(pretraining_stages(running) == 2);  // of two encoders
  running["config"]["pretrain"]["strategy"] = component("end_to_end");
  CHECK(pretraining_stages(running) == 1);
}

TEST_CASE("a stage's own settings are columns one by one, and defaults are not spelt out") {
  const auto faster = changed("faster", [](Json& p) {
    p["stages"] = {Json::object(), {{"optimizer", adam(0.03)}}};
  });
  SUBCASE("beside runs without such") {
    const Comparison c = compare({plain_run(), faster});
    CHECK(c.keys == Texts{"pretrain.stages[1].optimizer.lr"});
    CHECK(c.groups[0].values == Texts{"0.03"});
    CHECK(c.groups[1].values == Texts{""});
    CHECK(comparison_text(c, 120).find("beta1") == std::string::npos);
  }
  SUBCASE("of another type, and of a run without a second stage") {
    const auto other = changed("other", [](Json& p) {
      p["stages"] = {Json::object(), {{"optimizer", component("sgd", {{"lr", 0.5}})}}};
    });
    RunSpec whole;
    whole.strategy = "end_to_end";
    Json record = make_record(whole);
    record["config"]["pretrain"]["optimizer"] = adam(0.01);
    const Comparison c =
        compare({plain_run(), other, compared_run("whole", record)}, {{}, {}, "strategy", ""});
    CHECK(c.keys == Texts{"pretrain.strategy", "pretrain.stages[1].optimizer",
                          "pretrain.stages[1].optimizer.lr"});
    CHECK(c.groups[0].values == Texts{"end_to_end", "", ""});
    CHECK(c.groups[1].values == Texts{"greedy", "sgd", "0.5"});
    CHECK(c.groups[2].values == Texts{"greedy", "", ""});
  }
  SUBCASE("a stage that takes less than the common setting says is told from one that takes it") {
    const auto clipped = [](double norm) {
      Json optimizer = adam(0.01);
      optimizer["clip_norm"] = norm;
      return optimizer;
    };
    const auto common = changed("all", [&](Json& p) { p["optimizer"] = clipped(1); });
    const auto first = changed("first", [&](Json& p) {
      p["optimizer"] = clipped(1);
      p["stages"] = {Json::object(), {{"optimizer", adam(0.01)}}};
    });
    const Comparison c = compare({common, first});
    CHECK(c.keys == Texts{"pretrain.stages[1].optimizer.clip_norm"});
    CHECK(c.groups[0].values == Texts{"1"});
    CHECK(c.groups[1].values == Texts{""});
  }
}
