#pragma once
// A trained run from its folder alone: record and weights, wherever they lie now. Implemented in
// trained_run.cpp.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "strata/run/plan.hpp"

namespace strata {

/// Which of a run's stages: by name, else the last of a kind, else the last.
struct WantedStage {
  std::string name{};
  std::optional<StageKind> kind{};
};

/// A run read back, its stack as one stage left it. Neither the experiment's file nor the data set
/// is looked for.
struct TrainedRun {
  std::filesystem::path folder;
  Json record;
  Experiment settings;
  Plan plan;                             ///< of the settings without train_size and its like
  std::vector<StageResult> stages;       ///< those trained, up to the one wanted, which is the last
  at::TensorOptions place;               ///< dtype and device of the stack
  std::vector<std::string> class_names;  ///< one a class; its number where it has no name
  std::vector<std::string> notes;        ///< what may surprise of it, a line each

  const StageSpec& stage() const { return stages.back().spec; }
  const Stack& stack() const { return *plan.stack; }
  /// "results/small/3fa9c1d2-s0, stage 'classify'"
  std::string text() const;

  // The ways through the stack, as Stack::forward() takes them.

  /// From images to a code: "encoder.0", or the stage's innermost where it is "". Throws UserError
  /// where the stage has no such code.
  std::vector<std::string> encoding(const std::string& block = {}) const;
  /// From the innermost code back to images. Throws UserError where the stage rebuilds none.
  std::vector<std::string> decoding() const;
  /// From images to the head's outputs. Throws UserError where the stage has no head.
  std::vector<std::string> classifying() const;
};

/// Reads a run: its folder, or the record in it. Throws UserError, naming what the run lacks: a
/// record, a stage that was trained, weights as they were recorded, the plugin that a component
/// came from.
TrainedRun load_trained_run(const std::filesystem::path& run, const WantedStage& wanted = {},
                            const at::Device& device = at::kCPU);

/// The probabilities that a head's outputs stand for, {batch, classes}: outputs within [0, 1] by
/// their share, all others (scores, log-probabilities) by softmax.
Tensor probabilities(const Tensor& outputs, const Range& range);

}  // namespace strata
