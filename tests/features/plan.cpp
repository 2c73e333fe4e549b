#include "features/experiment.hpp"

using namespace strata;
using namespace strata::testing;

namespace {

std::string settings(const std::string& rest, const std::string& data = "mnist") {
  return "name: t\ndata: {dataset: " + data +
         "}\n"
         "encoder: [[{type: linear, units: 6}, tanh], [{type: linear, units: 4}, tanh]]\n" +
         rest;
}

std::string mistake(const std::string& rest) {
  return Planned(settings(rest)).mistake();
}

}  // namespace

TEST_CASE("a stage takes the common settings, but for what its own entry says") {
  const Planned p(
      settings("pretrain:\n"
               "  epochs: [10, 5]\n"
               "  loss: mse\n"
               "  optimizer: {type: sgd, lr: 0.5}\n"
               "  corruption: masking\n"
               "  penalties: [l1]\n"
               "  freeze: [decoder.1]\n"
               "  stages:\n"
               "    - {}\n"
               "    - optimizer: {type: adam, lr: 0.02}\n"
               "      epochs: 7\n"
               "      corruption: {type: gaussian, std: 0.1}\n"
               "      penalties: []\n"
               "      freeze: [encoder.1.0]\n"));
  REQUIRE(p.mistake() == "");
  REQUIRE(p.plan.stages.size() == 2);
  const StageSpec& first = p.plan.stages[0];
  CHECK(first.optimizer.type == "sgd");
  CHECK(first.epochs == 10);
  CHECK(first.corruption.type == "masking");
  CHECK(first.penalties.size() == 1);
  CHECK(first.freeze == std::vector<std::string>{"decoder.1"});
  const StageSpec& second = p.plan.stages[1];
  CHECK(second.loss.type == "mse");
  CHECK(second.optimizer.dump()["lr"] == 0.02);
  CHECK(second.epochs == 7);
  CHECK(second.corruption.dump() == Json{{"type", "gaussian"}, {"std", 0.1}});
  CHECK(second.penalties.empty());
  CHECK(second.freeze == std::vector<std::string>{"encoder.1.0"});
}

TEST_CASE("a choice by validation data needs some, and by test data must be asked for") {
  CHECK(mistake("classify: {early_stopping: {}}") ==
        "4:28: early_stopping needs validation data; set data.validation_size (stage 'classify')");
  CHECK(mistake("classify: {keep: best}") ==
        "4:18: keep: best needs validation data; set data.validation_size (stage 'classify')");
  CHECK(
      mistake("classify: {optimizer: {type: sgd, schedule: {type: plateau, split: validation}}}") ==
      "4:68: schedule 'plateau' needs validation data; set data.validation_size (stage "
      "'classify')");
  const Planned p(settings("classify: {early_stopping: {split: test, metric: accuracy}}"));
  REQUIRE(p.mistake() == "");
  CHECK(p.plan.stages[0].dump()["selection"] ==
        Json{{"rule", "early_stopping"}, {"split", "test"}, {"metric", "accuracy"}});
  CHECK(!Planned(settings("classify: {}")).plan.stages[0].dump().contains("selection"));
}

TEST_CASE("a figure that is not measured is refused with those that are") {
  CHECK(mistake("classify: {early_stopping: {split: test, metric: acuracy}}") ==
        "4:50: early_stopping follows 'acuracy', which is not measured on test data; did you mean "
        "'accuracy'? Known: loss, nll, accuracy (stage 'classify')");
  CHECK(
      mistake("classify: {optimizer: {type: sgd, schedule: {type: plateau, metric: accuracy}}}") ==
      "4:69: schedule 'plateau' follows 'accuracy', which is not measured on train data; known: "
      "loss (stage 'classify')");
}

TEST_CASE("names to freeze are checked, and something must be left") {
  CHECK(mistake("classify: {freeze: [encoder.0, encodr.1]}") ==
        "4:32: no block or layer is called 'encodr.1'; did you mean 'encoder.1'? Known: encoder.0, "
        "encoder.0.0, encoder.0.1, encoder.1, encoder.1.0, encoder.1.1, head, head.0, head.1");
  CHECK(mistake("pretrain: {freeze: [encoder.1.7]}")
            .rfind("4:21: no block or layer is called 'encoder.1.7'", 0) == 0);
  CHECK(mistake("classify: {train: head, freeze: [head.0]}") ==
        "4:33: nothing is left to train (stage 'classify')");
}

TEST_CASE("penalties must suit the code, each once") {
  CHECK(mistake("pretrain: {strategy: end_to_end, penalties: [kl_sparsity]}") ==
        "4:46: kl_sparsity needs a code in [0, 1]; end the encoder in sigmoid, or use l1 (stage "
        "'pretrain')");
  CHECK(mistake("pretrain: {strategy: end_to_end, penalties: [l1, {type: l1, weight: 1}]}") ==
        "4:50: penalty 'l1' is given twice (stage 'pretrain')");
}

TEST_CASE("no more entries than stages, and no tied decoder beside a written one") {
  CHECK(mistake("pretrain: {stages: [{}, {}, {epochs: 3}]}") ==
        "4:29: strategy 'greedy' trains 2 stages here: expected at most one entry for each, got 3");
  CHECK(mistake("tied: true\ndecoder: [[{type: linear, units: 784}], [{type: linear, units: 6}]]\n"
                "pretrain: {}") ==
        "4:7: a tied decoder follows from the encoder; drop 'tied' or 'decoder'");
}

TEST_CASE("a tied layer is not frozen without the layer whose weights it has") {
  const auto tied = [](const std::string& rest) { return mistake("tied: true\n" + rest); };
  CHECK(tied("pretrain: {strategy: {type: greedy, train: all}, freeze: [decoder.0.0]}") ==
        "5:59: the weights of 'decoder.0.0' are those of 'encoder.0.0', which trains: the two are "
        "frozen together or not at all (stages 'pretrain-1', 'pretrain-2')");
  CHECK(tied("pretrain: {strategy: {type: greedy, train: all}, stages: [{}, {freeze: "
             "[decoder.1]}]}") ==
        "5:73: the weights of 'decoder.1.0' are those of 'encoder.1.0', which trains: the two are "
        "frozen together or not at all (stage 'pretrain-2')");
  CHECK(tied("pretrain: {strategy: end_to_end, freeze: [decoder.0, encoder.0.0]}") == "");
  CHECK(tied("pretrain: {strategy: end_to_end, freeze: [encoder.0]}") == "");
  CHECK(mistake("pretrain: {strategy: end_to_end, freeze: [decoder.0]}") == "");  // not tied
}

TEST_CASE("a name that freezes nothing is noted") {
  const auto notes = [](const std::string& rest) {
    const Planned p(settings(rest));
    CHECK(p.mistake() == "");
    std::string text;
    for (const std::string& note : p.plan.notes) text += note.substr(note.find("note: ")) + "\n";
    return text;
  };
  CHECK(notes("pretrain: {freeze: [encoder.0.1, decoder.1]}") ==
        "note: freezing 'encoder.0.1' has no effect: it has no parameters\n");
  CHECK(notes("pretrain: {stages: [{}, {freeze: [decoder.0]}]}") ==
        "note: freezing 'decoder.0' has no effect: it does not train in 'pretrain-2'\n");
  CHECK(notes("classify: {train: head, freeze: [encoder.0.0]}") ==
        "note: freezing 'encoder.0.0' has no effect: it does not train in 'classify'\n");
  CHECK(notes("pretrain: {strategy: {type: greedy, train: all}, stages: [{}, {freeze: "
              "[decoder.0]}]}\nclassify: {freeze: [encoder.0]}") == "");
}

TEST_CASE("a schedule that its stage is too short for is noted") {
  const auto notes = [](const std::string& schedule, int epochs) {
    const Planned p(settings(fmt::format(
        "classify: {{epochs: {}, optimizer: {{type: sgd, schedule: {}}}}}", epochs, schedule)));
    CHECK(p.mistake() == "");
    std::string text;
    for (const std::string& note : p.plan.notes) text += note.substr(note.find(":4:") + 1) + "\n";
    return text;
  };
  const std::string plateau = "{type: plateau, patience: 3}", step = "{type: step, every: 4}";
  CHECK(notes(plateau, 5) == "");  // falls after epoch 4, for the fifth
  CHECK(notes(plateau, 4) ==
        "4:82: note: a patience of 3 never lowers the rate: 'classify' (4 epochs)\n");
  CHECK(notes(step, 5) == "");
  CHECK(notes(step, 4) == "4:76: note: a step every 4 epochs never comes: 'classify' (4 epochs)\n");
  CHECK(notes("{type: warmup, epochs: 2, then: " + step + "}", 4) ==
        "4:108: note: a step every 4 epochs never comes: 'classify' (4 epochs)\n");
}
