#pragma once
// A trained run judged on other images than its own test set, or on spoilt ones. Implemented in
// evaluation.cpp.
#include "strata/inference/labelled_images.hpp"

namespace strata {

struct WantedEvaluation : WantedImages {
  std::string corruption;  ///< as a file has it: "{type: gaussian, std: 0.3}"; empty: none
};

/// Every metric that the run was measured by, and its classifier's loss, on these images: the
/// classifier's, and those of the images rebuilt through all pairs, for which what is to be rebuilt
/// stays clean. Noise depends on the images alone, so that every run meets the same.
///
/// The result is a record of kind "evaluation" (record/evaluation.schema.json). Throws UserError as
/// load_trained_run() and load_images() do, and where the images have more classes than the model.
Json evaluate_run(const std::filesystem::path& run, const WantedEvaluation& wanted,
                  const at::Device& device);

/// Keeps it beside the run, as evaluations/NAME.json, in the place of an earlier one of the same
/// images; returns the file.
std::filesystem::path save_evaluation(const std::filesystem::path& run, const Json& evaluation);

}  // namespace strata
