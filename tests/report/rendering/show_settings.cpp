#include "strata/report/rendering/show_settings.hpp"

#include <doctest/doctest.h>

#include "report/make_records.hpp"
#include "strata/report/reading/stage_settings.hpp"
#include "strata/report/rendering/show.hpp"

using namespace strata;
using test::component;

namespace {

/// The second stage of a sparse, denoising stack: everything that a stage can be told to do.
Json sparse_stage() {
  Json stage = test::make_stage({}, "pretrain-2", "pretrain", "pixels", 0.24, 0.21);
  stage["blocks"] = {"encoder.0", "encoder.1", "decoder.1", "decoder.0"};
  stage["settings"]["freeze"] = {"encoder.0", "decoder.0.0"};
  stage["settings"]["optimizer"] =
      component("sgd", {{"lr", 0.5},
                        {"schedule", component("step", {{"every", 2}, {"factor", 0.5}})},
                        {"clip_norm", nullptr},
                        {"momentum", 0.9},
                        {"nesterov", false},
                        {"weight_decay", 0.0}});
  stage["settings"]["corruption"] = component("masking", {{"rate", 0.3}});
  stage["settings"]["penalties"] = {component("kl_sparsity", {{"weight", 0.01}, {"target", 0.1}}),
                                    component("l1", {{"weight", 0.0001}})};
  Json& epochs = stage["epochs"];
  epochs.front()["terms"] = {{"mse", 0.1683}, {"kl_sparsity", 7.039}, {"l1", 9.775}};
  epochs.back()["terms"] = {{"mse", 0.1682}, {"kl_sparsity", 4.427}, {"l1", 7.911}};
  return stage;
}

/// Makes the stage one that may end early and keeps its best epoch.
Json stopping(Json stage) {
  stage["settings"]["early_stopping"] = {
      {"metric", "loss"}, {"split", "validation"}, {"patience", 3}, {"min_delta", 0.0}};
  stage["settings"]["keep"] = "best";
  return stage;
}

const Json kTied = {{"tied", true}};

/// What is said of the epochs of a stage that had 12 planned.
std::string ending(size_t done, const std::string& status, const std::string& keep = "best") {
  Json stage = stopping(test::make_stage({}, "p", "pretrain", "pixels", 0.2, 0.1));
  stage["settings"]["keep"] = keep;
  stage["epochs"] = Json::array();
  for (size_t e = 0; e < done; ++e) stage["epochs"].push_back({{"epoch", e + 1}, {"loss", 0.1}});
  stage["settings"]["epochs"] = 12;
  stage["status"] = status;
  stage["selection"] = {{"rule", "early_stopping"}, {"split", "validation"}, {"epoch", 5}};
  const std::string text = stage_text(stage, kTied, 1000);
  return text.substr(text.rfind("(patience 3); ") + 14);
}

}  // namespace

TEST_CASE("a stage says how it trains, and marks what is frozen") {
  Json stage = stopping(sparse_stage());
  stage.erase("status");  // as it was planned
  stage.erase("epochs");
  CHECK(stage_text(stage, kTied, 100) ==
        "  pretrain-2  encoder.0 (frozen) -> encoder.1 -> decoder.1 -> decoder.0 (decoder.0.0 "
        "frozen) on\n"
        "              pixels; loss mse + 0.01 kl_sparsity(target 0.1) + 0.0001 l1; sgd lr 0.5, "
        "momentum 0.9;\n"
        "              schedule step(every 2, factor 0.5); corruption masking(rate 0.3); tied; "
        "early stopping\n"
        "              by validation loss without the penalties (patience 3); 10 epochs; keeps the "
        "best epoch\n");
  Json plain = test::make_stage({}, "classify", "classify", "labels", 2, 1);
  plain.erase("status");
  plain["prefix"] = {"encoder.0"};
  plain["blocks"] = {"head"};
  plain["settings"]["epochs"] = 1;
  CHECK(stage_text(plain, kTied, 100) ==
        "  classify    [encoder.0 -> frozen] head on labels; loss nll; sgd lr 0.1; 1 epoch\n");
}

TEST_CASE("a stage that has run says how its epochs ended, and which one was kept") {
  CHECK(ending(6, "completed") == "stopped early after epoch 6 of 12 in 8.0 s; kept epoch 5\n");
  CHECK(ending(12, "completed") == "12 epochs in 8.0 s; kept epoch 5\n");
  CHECK(ending(4, "interrupted") == "interrupted after 4 of 12 epochs\n");
  CHECK(ending(4, "killed") == "killed after 4 of 12 epochs\n");
  CHECK(ending(4, "running") == "4 of 12 epochs so far\n");
  CHECK(ending(6, "completed", "last") == "stopped early after epoch 6 of 12 in 8.0 s\n");
}

TEST_CASE("a run says where it is from, its strategy, and what was swept or set") {
  Json record = test::make_record({});
  record["source"]["overrides"] = {"classify.optimizer.lr=0.1", "seed=0"};
  record["stages"] = Json::array();
  CHECK(settings_text(record, 100) ==
        "  from experiments/lecture-mnist-greedy.yaml; strategy greedy(train all); swept or set:\n"
        "    classify.optimizer.lr=0.1, seed=0\n");
  CHECK(settings_text({{"stages", Json::array()}}, 100) == "");
}

TEST_CASE("a loss that is a sum is called loss, with each of its terms below") {
  Json record = test::make_record({});
  record["stages"][1] = sparse_stage();
  const std::string text = show_run(record);
  CHECK(text.find("\npretrain-1      10  reconstruction_error ") != std::string::npos);
  CHECK(text.find("\npretrain-2      10  loss ") != std::string::npos);
  for (const char* term : {" 0.1683   0.1682        -\n", "  7.039    4.427        -\n",
                           "  9.775    7.911        -\n"})
    CHECK(text.find(term) != std::string::npos);
}

TEST_CASE("the terms of a loss with penalties are figures to compare by") {
  Json record = test::make_record({});
  record["stages"][1] = sparse_stage();
  const ComparedRun run = compared_run("r.json", record);
  CHECK(run.figures.at("kl_sparsity.pretrain-2").value == 4.427);
  CHECK(run.figures.at("mse.pretrain-2").value == 0.1682);
  CHECK(run.figures.at("train.reconstruction_error.pretrain-1").value ==
        run.figures.at("loss.pretrain-1").value);  // its only term
  CHECK(run.figures.at("mse.pretrain-2").unit == "mse of pixels of mnist");
  CHECK(run.figures.at("loss.pretrain-2").unit ==
        "mse of pixels of mnist + 0.01 kl_sparsity(target=0.1) + 0.0001 l1");
  CHECK(run.figures.count("relative_loss.pretrain-1") == 1);
  CHECK(run.figures.count("relative_loss.pretrain-2") == 0);  // the penalties are no errors
}

TEST_CASE("runs of a name are told apart by the settings in which they differ") {
  std::vector<ComparedRun> runs;
  const auto add = [&](const std::string& name, double lr, int64_t seed) {
    test::RunSpec spec;
    spec.name = name;
    spec.lr = lr;
    spec.seed = seed;
    runs.push_back(test::planned_run("r.json", test::make_record(spec)));
  };
  add("a", 0.1, 0);
  add("a", 0.5, 0);
  add("a", 0.5, 1);
  add("b", 0.7, 0);  // alone under its name
  settle(runs);
  CHECK(varying_texts(runs) == std::vector<std::string>{"classify.optimizer.lr=0.1",
                                                        "classify.optimizer.lr=0.5",
                                                        "classify.optimizer.lr=0.5", ""});
  const std::string list = list_runs(runs);
  CHECK(list.rfind("run            status     seed  figure           settings\n", 0) == 0);
  CHECK(list.find("  classify.optimizer.lr=0.5\n") != std::string::npos);
}
