#include "strata/run/stage_notes.hpp"

#include "run/small.hpp"

using namespace strata;
using namespace strata::testing;

TEST_CASE("settings without the effect that they seem to have are noted") {
  const auto notes = [](const std::string& text) { return load_good(text).plan.notes; };
  const std::string plain =
      with(kPlanned, "synthetic_digits}", "synthetic_digits, validation_size: 9}");
  const auto pretrained = [&](const std::string& settings) {
    return notes(with(plain, "all}}", "all}, " + settings + "}"));
  };
  CHECK(notes(plain).empty());
  const std::string stopped = "early_stopping: {patience: 50}";
  CHECK(
      pretrained("epochs: [1, 20], " + stopped) ==
      Lines{"small.yaml:6:94: note: a patience of 50 never ends early: 'pretrain-1' (1 epoch) and "
            "'pretrain-2' (20 epochs)"});
  CHECK(pretrained("epochs: [20, 52], " + stopped).size() == 1);
  CHECK(pretrained("epochs: 52, " + stopped).empty());
  CHECK(pretrained("epochs: 51, " + stopped).size() == 1);  // its end is the stage's own
  CHECK(pretrained("epochs: 9, keep: best, " + stopped).empty());
  const auto warmed = [&](const std::string& epochs) {
    return notes(with(
        plain, "classify: {}",
        "classify: {epochs: 2, optimizer: {schedule: {type: warmup, epochs: " + epochs + "}}}"));
  };
  CHECK(warmed("2.5") == Lines{"small.yaml:7:68: note: a warm-up of 2.5 epochs is not over when "
                               "the stage ends: 'classify' (2 epochs)"});
  CHECK(warmed("2").empty());

  CHECK(pretrained("epochs: 3, penalties: [l1], optimizer: adam, stages: [{epochs: 1, penalties: "
                   "[]}, {epochs: 2, penalties: null, optimizer: sgd}]") ==
        Lines{"small.yaml:6:58: note: 'pretrain.epochs' has no effect: each stage has its own in "
              "'pretrain.stages'"});
  CHECK(pretrained("stages: [{epochs: 1}, {epochs: 2}]").empty());
  CHECK(pretrained("epochs: 3, stages: [{epochs: 1}]").empty());
}
