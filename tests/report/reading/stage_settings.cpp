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
  return planned_run(name, record);
}

ComparedRun plain_run() {
  return changed("plain", [](Json&) {});
}

}  // namespace

TEST_CASE(
    "runs whose stages were trained alike are of the same settings, however the file says it") {
  std::vector<ComparedRun> runs;
  const auto id = [&](const char* name) {
    for (const ComparedRun& run : runs)
      if (run.name == name) return run.settings_id;
    return std::string(name);
  };
  const Json stage = {{"loss", nullptr}, {"optimizer", adam(0.01)}, {"epochs", 10}};
  runs.push_back(plain_run());
  runs.push_back(changed("by-stage", [&](Json& p) {
    p["optimizer"] = component("sgd", {{"lr", 0.01}, {"momentum", 0.0}});  // which no stage uses
    p["epochs"] = 7;
    p["stages"] = {stage, stage};
  }));
  runs.push_back(changed("list", [](Json& p) { p["epochs"] = {10, 10}; }));
  runs.push_back(changed("half", [](Json& p) { p["stages"] = {{{"epochs", 10}}}; }));
  runs.push_back(changed("moved", [](Json& p) { p["epochs"] = {5, 15}; }));
  runs.push_back(changed("moved-by-stage", [](Json& p) {
    p["stages"] = {{{"epochs", 5}}, {{"epochs", 15}}};
  }));
  runs.push_back(changed("one", [](Json& p) { p["stages"] = {{{"epochs", 5}}}; }));
  settle(runs);
  for (const char* name : {"by-stage", "list", "half"}) CHECK(id(name) == id("plain"));
  CHECK(id("moved") == id("moved-by-stage"));
  CHECK(id("moved") != id("plain"));
  CHECK(id("one") != id("plain"));
  CHECK((*runs[4].settings)["pretrain"]["epochs"] == Json({5, 15}));
}

TEST_CASE("a run that has not got beyond pretraining is of the same settings as one that has") {
  Json record = make_record({});
  std::vector<ComparedRun> runs = {compared_run("r.json", record)};
  record["status"] = "diverged";
  record["seed"] = 1;
  record["stages"].erase(record["stages"].begin() + 1, record["stages"].end());
  runs.push_back(compared_run("r.json", record));
  settle(runs);
  CHECK(runs[0].settings_id == runs[1].settings_id);
  std::vector<ComparedRun> alone = {runs[1]};  // what it has not reached is as the file says
  settle(alone);
  CHECK((*alone[0].settings)["classify"]["optimizer"]["lr"] == 0.1);
}

TEST_CASE("a phase without stages uses none of its settings") {
  RunSpec none;
  none.strategy = "none";
  std::vector<ComparedRun> runs = {compared_run("r.json", make_record({})),
                                   compared_run("r.json", make_record(none))};
  settle(runs);
  CHECK((*runs[1].settings)["pretrain"]["optimizer"].is_discarded());
  CHECK((*runs[0].settings)["pretrain"]["optimizer"]["lr"] == 0.98);
}

TEST_CASE("a stage's own settings are columns one by one") {
  const auto faster = changed("faster", [](Json& p) {
    p["stages"] = {Json::object(), {{"optimizer", adam(0.03)}}};
  });
  SUBCASE("beside runs without such") {
    const Comparison c = compare({plain_run(), faster});
    CHECK(c.keys == Texts{"pretrain.stages[1].optimizer.lr"});
    CHECK(c.groups[0].values == Texts{"0.01"});
    CHECK(c.groups[1].values == Texts{"0.03"});
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
        compare({plain_run(), other, planned_run("whole", record)}, {{}, {}, "strategy", ""});
    CHECK(c.keys == Texts{"pretrain.strategy", "pretrain.stages[1].optimizer",
                          "pretrain.stages[1].optimizer.lr"});
    CHECK(c.groups[0].values == Texts{"end_to_end", "", ""});
    CHECK(c.groups[1].values == Texts{"greedy", "adam", "0.01"});
    CHECK(c.groups[2].values == Texts{"greedy", "sgd", "0.5"});
  }
}
